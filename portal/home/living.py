"""What the living page of the kit shows: every component with sample content, for looking and for tests."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django import forms
from django.core.paginator import Page, Paginator

from portal.core.charts import BarChart, LineChart, Series, StackedBars
from portal.core.widgets import Autocomplete, DateParts, NumberWithUnit, Upload

COLOURS = (
    "paper",
    "mist",
    "haze",
    "ink",
    "ink-soft",
    "line",
    "line-strong",
    "link",
    "brand",
    "on-brand",
    "deep",
    "amber",
    "success",
    "success-tint",
    "danger",
    "danger-tint",
    "warning",
    "warning-tint",
    "info",
    "info-tint",
)


WRONG = {
    "wrong-name": "",
    "wrong-minutes": "many",
    "wrong-born_day": "31",
    "wrong-born_month": "2",
    "wrong-born_year": "1986",
    "wrong-day": "tomorrow",
    "wrong-country": "XX",
}
COUNTRIES = (
    ("AT", "Austria"),
    ("CZ", "Czechia"),
    ("CI", "Côte d’Ivoire"),
    ("NL", "Netherlands"),
    ("GB", "United Kingdom"),
    ("US", "United States of America"),
)


class SampleForm(forms.Form):
    """A field of every kind; the bound one misses what it needs."""

    name = forms.CharField(
        label="Full name",
        help_text="As it should stand on certificates.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    minutes = forms.IntegerField(
        label="Learning time", min_value=1, max_value=600, required=False, widget=NumberWithUnit(unit="min")
    )
    born = forms.DateField(
        label="Date of birth",
        required=False,
        widget=DateParts(autocomplete="bday"),
        input_formats=["%Y-%m-%d"],
        help_text="Such as 25 11 1986.",
    )
    day = forms.DateField(
        label="Day of the audit", required=False, widget=forms.DateInput(attrs={"type": "date"}), help_text="2026-11-25"
    )
    modality = forms.ChoiceField(label="Modality", choices=[("", "Please choose"), ("ct", "CT"), ("xr", "Radiography")])
    hospital = forms.CharField(
        label="Hospital", required=False, widget=forms.TextInput(attrs={"list": "hospitals", "autocomplete": "off"})
    )
    country = forms.ChoiceField(
        label="Country", required=False, choices=[("", "Please choose"), *COUNTRIES], widget=Autocomplete()
    )
    remark = forms.CharField(label="Remark", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    report = forms.FileField(
        label="Report",
        required=False,
        help_text="PDF, up to 5 MB.",
        widget=Upload(accept="application/pdf", limit=5 * 1024 * 1024),
    )
    grade = forms.ChoiceField(
        label="How strong is the indication?",
        choices=[("a", "Usually appropriate"), ("b", "May be appropriate"), ("c", "Usually not appropriate")],
        widget=forms.RadioSelect,
    )
    agree = forms.BooleanField(label="I have read the notice.")


@dataclass(frozen=True)
class Tab:
    id: str
    title: str
    template: str


@dataclass(frozen=True)
class Step:
    title: str
    state: str


@dataclass(frozen=True)
class Entry:
    when: datetime
    title: str
    text: str


@dataclass(frozen=True)
class Crumb:
    title: str
    url: str


def page() -> Page[int]:
    return Paginator(range(50), 10).page(2)


def samples() -> dict[str, object]:
    """The context of ``templates/kit/living.html``."""
    departments = ("Radiology", "Emergency medicine", "Cardiology")
    return {
        "colours": COLOURS,
        "empty_form": SampleForm(prefix="empty"),
        "wrong_form": SampleForm(WRONG, prefix="wrong"),
        "crumbs": [Crumb("Home", "#"), Crumb("Courses", "#"), Crumb("Justification", "#")],
        "tabs": [
            Tab("outline", "Outline", "kit/living/_text.html"),
            Tab("outcomes", "Learning outcomes", "kit/living/_list.html"),
            Tab("sources", "Sources", "kit/living/_text.html"),
        ],
        "steps": [
            Step("Account", "done"),
            Step("Course", "current"),
            Step("Quiz", "todo"),
            Step("Certificate", "todo"),
        ],
        "entries": [
            Entry(datetime(2026, 11, 24, 9, 30, tzinfo=UTC), "Certificate issued", "AC-7K3M-9QXD-2FHT"),
            Entry(datetime(2026, 11, 23, 16, 0, tzinfo=UTC), "Final quiz passed", "18 of 20 questions right"),
            Entry(datetime(2026, 11, 2, 8, 15, tzinfo=UTC), "Enrolled", ""),
        ],
        "page": page(),
        "charts": [
            StackedBars(
                name="standing",
                title="Who is trained",
                summary="31 of 42 people are trained; Cardiology has most to do.",
                category="Department",
                categories=departments,
                series=(
                    Series(label="Done", values=(18, 9, 4), tone="success"),
                    Series(label="Due soon", values=(2, 1, 0), tone="warning"),
                    Series(label="Missing", values=(1, 2, 5), tone="danger"),
                ),
            ),
            BarChart(
                name="minutes",
                title="Learning time",
                summary="Radiology spends the most time on each person.",
                category="Department",
                categories=departments,
                series=(Series(label="Minutes a person", values=(128, 96, 71)),),
                unit="min",
            ),
            LineChart(
                name="months",
                title="Certificates a month",
                summary="Twice as many as a year ago.",
                category="Month",
                categories=("August", "September", "October", "November"),
                series=(
                    Series(label="This year", values=(12, 25, 31, 40)),
                    Series(label="Last year", values=(8, 11, 16, 19), tone="neutral"),
                ),
            ),
        ],
    }
