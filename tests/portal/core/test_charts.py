"""Charts: what makes one, what is said of each point, and the table that is always behind the drawing."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.template import Context, Template
from django.utils import translation

from portal.core.charts import ChartError, Series
from tests.support.charts import BARS, LINES, STACKED

VENDOR = Path(__file__).resolve().parents[3] / "portal" / "static" / "portal" / "vendor" / "chartist-1.5.0"


def rendered(chart):
    return BeautifulSoup(Template("{% load kit %}{% chart chart %}").render(Context({"chart": chart})), "html.parser")


# --- what makes a chart ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"summary": " "}, "no summary"),
        ({"title": ""}, "no title"),
        ({"category": ""}, "no category"),
        ({"name": "Two words"}, "no name"),
        ({"categories": ()}, "no categories"),
        ({"series": ()}, "0 series"),
        ({"series": tuple(Series(label=str(n), values=(1, 1)) for n in range(6))}, "6 series"),
        ({"series": (Series(label="x", values=(1,)),)}, "1 values for 2 categories"),
        ({"series": (Series(label="x", values=(1, 1)),) * 2}, "2 series with the label 'x'"),
        ({"series": (Series(label="", values=(1, 1)),)}, "label ''"),
        ({"series": (Series(label="x", values=(1, float("nan"))),)}, "not finite"),
        ({"series": (Series(label="x", values=(1, float("inf"))),)}, "not finite"),
        ({"series": (Series(label="x", values=(1, 1), tone="pink"),)}, "'pink' is no tone"),
        ({"series": (Series(label="x", values=(1, -1)),)}, "from 0"),
        ({"series": (Series(label="x", values=(1, None)),)}, "from 0"),
    ],
)
def test_what_makes_no_chart_is_refused_with_its_reason(change, reason):
    with pytest.raises(ChartError, match=reason):
        replace(STACKED, **change)


def test_bars_are_of_one_series_and_not_below_nothing():
    with pytest.raises(ChartError, match="one series only"):
        replace(BARS, series=STACKED.series)
    with pytest.raises(ChartError, match="shorter than nothing"):
        replace(BARS, series=(Series(label="x", values=(1, -1)),))


# --- what is said and written ----------------------------------------------------------------------------------------
def test_every_point_has_its_sentence():
    assert STACKED.spec()["series"][0]["said"] == ["Radiology, Done: 12 of 20", "Cardiology, Done: 3 of 3"]
    assert BARS.spec()["series"][0]["said"] == ["Head: 1,234.5 mGy cm", "Abdomen: no value"]
    assert LINES.spec()["series"][0]["said"] == ["January, This year: 3", "February, This year: no value"]


def test_numbers_are_written_as_the_reader_writes_them():
    with translation.override("de"):
        assert BARS.spec()["series"][0]["shown"] == ["1.234,5", "–"]


def test_totals_only_where_adding_up_makes_sense():
    assert [row.total for row in STACKED.rows()] == ["20", "3"]
    assert [row.total for row in LINES.rows()] == ["", ""]


# --- what is rendered ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("chart", [STACKED, BARS, LINES], ids=lambda chart: chart.kind)
def test_the_figure_has_title_sentence_and_the_whole_table(chart):
    figure = rendered(chart).figure
    assert figure.figcaption.find(id=figure["aria-labelledby"]).get_text() == chart.title
    assert chart.summary in figure.figcaption.get_text()
    table = figure.details.table
    assert chart.title in table.caption.get_text()
    heads = [cell.get_text() for cell in table.thead.find_all("th", scope="col")]
    assert heads[: 1 + len(chart.series)] == [chart.category, *(series.label for series in chart.series)]
    for row, tr in zip(chart.rows(), table.tbody.find_all("tr"), strict=True):
        assert tr.find("th", scope="row").get_text() == row.category
        cells = [cell.get_text() for cell in tr.find_all("td")]
        assert cells == [number for _, number in row.cells] + ([row.total] if row.total else [])
        assert len(cells) == len(heads) - 1
    assert json.loads(figure.find("script", type="application/json").string) == chart.spec()


@pytest.mark.parametrize("chart", [STACKED, LINES], ids=lambda chart: chart.kind)
def test_nothing_is_told_by_colour_alone(chart):
    """Each series has a texture, or a dash and a mark, that no other has."""
    figure = rendered(chart).figure
    names = [each.get_text(strip=True) for each in figure.select(".chart__legend li")]
    assert names == [series.label for series in chart.series]
    shapes = [each.get("d") or each.decode_contents() for each in figure.select(".chart__defs defs > *")]
    assert len(set(shapes)) == len(shapes) == len(chart.series)
    for use in figure.select(".chart__swatch use, .chart__swatch rect"):
        address = use.get("href") or use["fill"].removeprefix("url(").removesuffix(")")
        assert figure.find(id=address.removeprefix("#")), address


def test_what_people_wrote_is_never_markup():
    bad = '</script><img src=x onerror="x">'
    chart = replace(STACKED, title=bad, summary=bad, category=bad, categories=(bad, "b"))
    page = rendered(replace(chart, series=(replace(STACKED.series[0], label=bad), STACKED.series[1])))
    assert not page.find("img")
    assert len(page.find_all("script")) == 2
    assert json.loads(page.find("script", type="application/json").string)["categories"][0] == bad


# --- the library -----------------------------------------------------------------------------------------------------
def test_the_library_lies_here_as_it_was_released():
    digest = hashlib.sha256((VENDOR / "index.umd.js").read_bytes()).hexdigest()
    assert digest == "944597015852d8a65defe451a37202e8232938e98ac2215f08bd42a55d573e9d"
    assert "Permission is hereby granted" in (VENDOR / "LICENSE-MIT").read_text()
    # The last line names the map; collecting static files stops where a named file is missing.
    assert (VENDOR / "index.umd.js.map").is_file()
