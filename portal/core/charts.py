"""Chart specifications for the one chart library, always with the table behind it.

A screen gives data, a title and one sentence that says what is to be seen; ``{% chart %}`` renders sentence and table, and
``js/chart.js`` draws. All words and numbers are made here, in the reader's language, so that the script holds none.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import ClassVar, Literal, TypedDict, get_args

from django.utils.formats import number_format
from django.utils.translation import gettext

Tone = Literal["brand", "success", "warning", "danger", "info", "neutral"]
Kind = Literal["bars", "stacked", "lines"]

# As many textures, dashes and marks as can be told apart without colour.
MOST_SERIES = 5


class ChartError(ValueError):
    """What was given does not make a chart; the message says what is wrong with which."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """One row of numbers.

    Args:
        label: its name in legend and table.
        values: one number a category, None where there is none.
        tone: the colour token of ``tokens.css`` that it is drawn in; never the only thing that tells it from another.
    """

    label: str
    values: tuple[float | None, ...]
    tone: Tone = "brand"


class DrawnSeries(TypedDict):
    label: str
    tone: Tone
    values: list[float | None]
    shown: list[str]
    said: list[str]


class Spec(TypedDict):
    """What the script reads; ``said[i]`` is what is announced at category i, ``shown[i]`` the number as it is written."""

    kind: Kind
    series: list[DrawnSeries]
    categories: list[str]


@dataclass(frozen=True)
class Row:
    """One row of the table: a category, label and number of each series, and the sum where sums make sense."""

    category: str
    cells: list[tuple[str, str]]
    total: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What all charts have in common.

    Args:
        name: unique on the page, a word of small letters, digits and hyphens.
        title: what is shown, without a full stop.
        summary: one sentence with what a reader should take from it; stands above the drawing and is read aloud.
        category: the heading over the categories in the table ("Course").
        categories: their names, in order.
        series: at most five.
        unit: of the numbers ("mSv", "people"); empty where the title says it.
        decimals: digits after the point.

    Raises:
        ChartError: texts empty, lengths different, a label twice, or a number that is not finite.
    """

    name: str
    title: str
    summary: str
    category: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    decimals: int = 0

    kind: ClassVar[Kind]

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]*", self.name):
            raise ChartError(f"{self.name!r} is no name for a chart: small letters, digits and hyphens")
        for what in ("title", "summary", "category"):
            if not getattr(self, what).strip():
                raise ChartError(f"the chart {self.name} has no {what}")
        if not self.categories:
            raise ChartError(f"the chart {self.name} has no categories")
        if not 1 <= len(self.series) <= MOST_SERIES:
            raise ChartError(
                f"the chart {self.name} has {len(self.series)} series; one to {MOST_SERIES} can be told apart"
            )
        for label, times in Counter(series.label for series in self.series).items():
            if times > 1 or not label.strip():
                raise ChartError(f"the chart {self.name} has {times} series with the label {label!r}")
        for series in self.series:
            self.check(series)

    def check(self, series: Series) -> None:
        """Refuse a series that cannot be drawn in this kind of chart."""
        if len(series.values) != len(self.categories):
            raise ChartError(f"{series.label}: {len(series.values)} values for {len(self.categories)} categories")
        if series.tone not in get_args(Tone):
            raise ChartError(f"{series.label}: {series.tone!r} is no tone")
        if any(value is not None and not math.isfinite(value) for value in series.values):
            raise ChartError(f"{series.label}: a value is not finite")

    def number(self, value: float | None) -> str:
        """As the reader's language writes it; a dash for none."""
        if value is None:
            return "–"
        return number_format(round(value, self.decimals), decimal_pos=self.decimals, force_grouping=True)

    def measure(self, value: float | None) -> str:
        """The number with its unit, in words where there is none."""
        if value is None:
            return gettext("no value")
        return f"{self.number(value)} {self.unit}".strip()

    def totals(self) -> list[float] | None:
        """The sum of each category, None where adding up makes no sense."""
        return None

    def ends(self) -> list[str]:
        """What stands at the end of each category's line in a chart of bars."""
        return ["" for _ in self.categories]

    def said(self, series: Series, index: int) -> str:
        """The sentence for one point: "Radiology, Done: 12 of 20"."""
        return gettext("%(category)s, %(series)s: %(value)s") % {
            "category": self.categories[index],
            "series": series.label,
            "value": self.measure(series.values[index]),
        }

    def lines(self) -> list[tuple[str, str]]:
        """Each category with what stands at its end, for the labels above the bars."""
        return list(zip(self.categories, self.ends(), strict=True))

    def rows(self) -> list[Row]:
        totals = self.totals()
        return [
            Row(
                category,
                [(series.label, self.number(series.values[index])) for series in self.series],
                self.number(totals[index]) if totals else "",
            )
            for index, category in enumerate(self.categories)
        ]

    def spec(self) -> Spec:
        return {
            "kind": self.kind,
            "categories": list(self.categories),
            "series": [
                {
                    "label": series.label,
                    "tone": series.tone,
                    "values": list(series.values),
                    "shown": [self.number(value) for value in series.values],
                    "said": [self.said(series, index) for index in range(len(self.categories))],
                }
                for series in self.series
            ],
        }


class BarChart(Chart):
    """One bar a category, the number at its end."""

    kind = "bars"

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.series) != 1:
            raise ChartError(f"the chart {self.name} has bars of one series only; stack them or draw lines")

    def check(self, series: Series) -> None:
        super().check(series)
        if any(value is not None and value < 0 for value in series.values):
            raise ChartError(f"{series.label}: a bar cannot be shorter than nothing")

    def ends(self) -> list[str]:
        return [self.measure(value) for value in self.series[0].values]

    def said(self, series: Series, index: int) -> str:
        return gettext("%(category)s: %(value)s") % {
            "category": self.categories[index],
            "value": self.measure(series.values[index]),
        }


class StackedBars(Chart):
    """Parts of a whole: one bar a category, one part a series."""

    kind = "stacked"

    def check(self, series: Series) -> None:
        super().check(series)
        if any(value is None or value < 0 for value in series.values):
            raise ChartError(f"{series.label}: parts of a whole are numbers from 0")

    def totals(self) -> list[float]:
        return [sum(series.values[index] or 0 for series in self.series) for index in range(len(self.categories))]

    def ends(self) -> list[str]:
        return [gettext("%(number)s in all") % {"number": self.measure(total)} for total in self.totals()]

    def said(self, series: Series, index: int) -> str:
        return gettext("%(category)s, %(series)s: %(value)s of %(total)s") % {
            "category": self.categories[index],
            "series": series.label,
            "value": self.number(series.values[index]),
            "total": self.measure(self.totals()[index]),
        }


class LineChart(Chart):
    """Change over an order, mostly time; a gap where there is no value."""

    kind = "lines"
