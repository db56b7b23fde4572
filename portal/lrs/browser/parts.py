"""A statement taken apart, for the table on its page."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from portal.core.types import JsonObject
from portal.lrs.browser.links import activity_url, object_url, person_url
from portal.lrs.wording import (
    People,
    Word,
    activity_name,
    agent_name,
    answer_text,
    identifier_text,
    object_name,
    results,
    short,
    verb_name,
)


@dataclass(frozen=True)
class Part:
    """``name`` and ``note`` are texts from outside; ``url`` leads to what they name."""

    label: str
    name: Word
    note: str = ""
    url: str = ""


def parts_of(told: JsonObject, people: People) -> Iterator[Part]:
    """What ``told``, one language of a statement (``formats.canonical``), says beside times and authority."""
    yield from _agents(gettext("Actor"), told["actor"], people)
    yield Part(gettext("Verb"), verb_name(told["verb"]), told["verb"]["id"])
    what = told["object"]
    if what.get("objectType") == "SubStatement":
        for part in parts_of(what, people):
            label = gettext("Object: %(part)s") % {"part": part.label}
            yield Part(label, part.name, part.note, part.url)
    elif what.get("objectType") in {"Agent", "Group"}:
        yield from _agents(gettext("Object"), what, people)
    else:
        yield Part(gettext("Object"), object_name(what, people), _kind(what), object_url(what, people))
    result = told.get("result", {})
    if outcome := ", ".join(results(result)):
        yield Part(gettext("Result"), Word(outcome))
    if "response" in result:
        yield Part(gettext("Answer"), Word(answer_text(result["response"], what)))
    yield from _context(told.get("context", {}), people)


def _kind(what: JsonObject) -> str:
    """The IRI of an activity, with its type."""
    if what.get("objectType", "Activity") != "Activity":
        return ""
    kind = what.get("definition", {}).get("type", "")
    return f"{what['id']} ({kind})" if kind else what["id"]


def _agents(label: str, agent: JsonObject, people: People) -> Iterator[Part]:
    """The agent, and its members where it is a group."""
    yield Part(label, agent_name(agent, people), identifier_text(agent), person_url(agent, people))
    for each in agent.get("member", ()):
        member = gettext("%(group)s: member") % {"group": label}
        yield Part(member, agent_name(each, people), identifier_text(each), person_url(each, people))


def _context(context: JsonObject, people: People) -> Iterator[Part]:
    if "registration" in context:
        address = f"{reverse('browser:list')}?{urlencode({'registration': context['registration']})}"
        yield Part(gettext("Registration"), Word(context["registration"]), url=address)
    for label, agent in _people_around(context):
        yield from _agents(label, agent, people)
    yield from _activities_around(context.get("contextActivities", {}))
    if "statement" in context:
        what = context["statement"]
        yield Part(gettext("Belongs to"), object_name(what, people), url=object_url(what, people))
    texts = {"platform": gettext("Platform"), "language": gettext("Language"), "revision": gettext("Revision")}
    for key, label in texts.items():
        if key in context:
            yield Part(label, Word(short(context[key])))


def _people_around(context: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    for key, label in (("instructor", gettext("Instructor")), ("team", gettext("Team"))):
        if key in context:
            yield label, context[key]
    for each in context.get("contextAgents", ()):
        yield gettext("Person in context"), each["agent"]
    for each in context.get("contextGroups", ()):
        yield gettext("Group in context"), each["group"]


def _activities_around(around: JsonObject) -> Iterator[Part]:
    labels = {
        "parent": gettext("Part of"),
        "grouping": gettext("Belongs to"),
        "category": gettext("Category"),
        "other": gettext("Other activity"),
    }
    for key, label in labels.items():
        for each in around.get(key, ()):
            yield Part(label, activity_name(each), each["id"], activity_url(each["id"]))
