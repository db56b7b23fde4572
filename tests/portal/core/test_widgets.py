"""Controls of the kit, as a form reads and draws them without script."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from portal.core.widgets import Autocomplete, DateParts, NumberWithUnit, Upload


class AuditForm(forms.Form):
    day = forms.DateField(widget=DateParts(autocomplete="bday"), required=False)
    dose = forms.DecimalField(widget=NumberWithUnit(unit="mSv", decimals=True), help_text="Of a year.")
    report = forms.FileField(widget=Upload(accept=".pdf", limit=1000))
    country = forms.ChoiceField(choices=[("AT", "Austria")], widget=Autocomplete())


def parts(day, month, year):
    return {"day_day": day, "day_month": month, "day_year": year}


def drawn(form, name):
    return BeautifulSoup(str(form[name].as_field_group()), "html.parser")


@given(st.dates(min_value=date(1000, 1, 1)))
def test_three_fields_are_one_date(day):
    form = AuditForm(parts(f" {day.day} ", str(day.month), str(day.year)))
    form.is_valid()
    assert form.cleaned_data["day"] == day
    assert DateParts().decompress(day) == [day.day, day.month, day.year]


def test_a_date_may_stay_empty():
    form = AuditForm(parts("", " ", ""))
    form.is_valid()
    assert form.cleaned_data["day"] is None


@pytest.mark.parametrize("typed", [("31", "2", "2026"), ("", "2", "2026"), ("x", "y", "z"), ("1", "1", "")])
def test_what_is_no_date_is_refused_and_stays_as_typed(typed):
    form = AuditForm(parts(*typed))
    assert form.errors["day"] == ["Enter a valid date."]
    assert [control["value"] if control.has_attr("value") else "" for control in drawn(form, "day")("input")] == [
        *typed
    ]


def test_every_part_of_a_date_has_its_label_in_a_named_group():
    page = drawn(AuditForm(), "day")
    assert page.fieldset.legend.get_text(" ", strip=True) == "Day (optional)"
    labels = {label["for"]: label.get_text() for label in page.select("label")}
    assert [labels[control["id"]] for control in page("input")] == ["Day", "Month", "Year"]
    assert [control["autocomplete"] for control in page("input")] == ["bday-day", "bday-month", "bday-year"]


def test_unit_is_told_with_help_and_error():
    page = drawn(AuditForm({"dose": "much"}), "dose")
    ids = page.input["aria-describedby"].split()
    assert ids == ["id_dose_helptext", "id_dose_error", "id_dose_unit"]
    assert page.find(id="id_dose_unit").get_text() == "mSv"
    assert (page.input["type"], page.input["inputmode"]) == ("text", "decimal")


def test_upload_says_what_it_takes():
    page = drawn(AuditForm(), "report")
    assert (page.input["type"], page.input["accept"], page.input["data-limit"]) == ("file", ".pdf", "1000")
    assert page.find(role="status").get_text() == ""


def test_autocomplete_is_a_select():
    page = drawn(AuditForm(), "country")
    assert page.label["for"] == page.select_one("select")["id"]
    assert page.option["value"] == "AT"
