"""How a department stands, as a chart; asks nothing of the database, what is counted comes from the board."""

from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext, ngettext

from certificates.compliance import rules
from certificates.compliance.board import Summary
from certificates.compliance.forms import STATES
from portal.core.charts import Series, StackedBars, Tone

TONES: dict[str, Tone] = {
    rules.DONE: "success",
    rules.DUE: "warning",
    rules.OVERDUE: "danger",
    rules.MISSING: "danger",
}


def standing_chart(summaries: Sequence[Summary]) -> StackedBars | None:
    """One bar a requirement, parted by state; None where nothing is asked of anybody."""
    if not summaries:
        return None
    return StackedBars(
        name="standing",
        title=gettext("Who is trained"),
        summary=in_words(summaries),
        category=gettext("Requirement"),
        categories=tuple(name_of(summary) for summary in summaries),
        series=tuple(
            Series(label=str(label), values=tuple(summary.states[state] for summary in summaries), tone=TONES[state])
            for state, label in STATES
        ),
    )


def name_of(summary: Summary) -> str:
    """ "Justification (Radiologist, every 60 months)": the course, who must take it, and how often."""
    asked = summary.requirement
    terms = [asked.get_profession_display() if asked.profession else gettext("everyone")]
    if asked.every_months:
        terms.append(
            ngettext("every %(n)s month", "every %(n)s months", asked.every_months) % {"n": asked.every_months}
        )
    return f"{asked.course.title} ({', '.join(terms)})"


def in_words(summaries: Sequence[Summary]) -> str:
    """The sentence above the chart, over all requirements together."""
    states = sum((summary.states for summary in summaries), Counter[str]())
    return ngettext(
        "%(met)d of %(total)d training duty is met, %(due)d of them soon due again; %(overdue)d overdue, %(missing)d missing.",
        "%(met)d of %(total)d training duties are met, %(due)d of them soon due again; %(overdue)d overdue, "
        "%(missing)d missing.",
        states.total(),
    ) % {
        "met": states[rules.DONE] + states[rules.DUE],
        "total": states.total(),
        **{state: states[state] for state in (rules.DUE, rules.OVERDUE, rules.MISSING)},
    }
