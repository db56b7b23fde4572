"""One chart of every kind, for the tests of charts."""

from portal.core.charts import BarChart, LineChart, Series, StackedBars

STACKED = StackedBars(
    name="standing",
    title="Who is trained",
    summary="15 of 23 people are trained.",
    category="Department",
    categories=("Radiology", "Cardiology"),
    series=(
        Series(label="Done", values=(12, 3), tone="success"),
        Series(label="Missing", values=(8, 0), tone="danger"),
    ),
)
BARS = BarChart(
    name="dose",
    title="Median dose",
    summary="Abdomen has the highest median.",
    category="Exam",
    categories=("Head", "Abdomen"),
    series=(Series(label="Median", values=(1234.5, None)),),
    unit="mGy cm",
    decimals=1,
)
LINES = LineChart(
    name="months",
    title="Certificates a month",
    summary="More in spring.",
    category="Month",
    categories=("January", "February"),
    series=(Series(label="This year", values=(3, None)), Series(label="Last year", values=(-2, 1), tone="neutral")),
)
