"""A statement as a sentence in the reader's language. Everything told from outside stays plain text: templates escape it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.dateparse import parse_duration
from django.utils.formats import localize
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext, ngettext

from portal.accounts.models import User
from portal.core.templatetags.kit import duration as minutes_in_words
from portal.core.types import JsonObject
from portal.lrs.auth import local_authority
from portal.lrs.formats import canonical
from portal.lrs.indexing import identifier
from portal.lrs.vocabulary import DISPLAY, PROGRESS

_LONGEST = 160
People = Mapping[str, User]


@dataclass(frozen=True)
class Word:
    """A text from outside, and its language where that is known."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class Sentence:
    """Who did what. ``within`` is the sub-statement that is the object; then ``what`` is empty."""

    actor: Word
    verb: Word
    what: Word
    results: Sequence[str]
    response: str
    within: "Sentence | None" = None


def readers_languages() -> list[str]:
    """What the reader of this page understands, best first."""
    return [get_language() or "en", "en"]


def sentence(statement: JsonObject, people: People) -> Sentence:
    """``statement`` as stored; ``people`` are those of the portal by index key, called by their names here."""
    told = canonical(statement, readers_languages())
    what = told["object"]
    inner = what if what.get("objectType") == "SubStatement" else None
    result = told.get("result", {})
    return Sentence(
        actor=agent_name(told["actor"], people),
        verb=verb_name(told["verb"]),
        what=Word("") if inner else object_name(what, people),
        results=list(results(result)),
        response=answer_text(result.get("response", ""), what),
        within=sentence(inner, people) if inner else None,
    )


def agent_name(agent: JsonObject, people: People) -> Word:
    """Her name here, or what the statement calls her; accounts of this portal that are not in ``people`` stay unnamed."""
    person = people.get(identifier(agent))
    if person:
        return Word(person.name)
    if "name" in agent:
        return Word(short(agent["name"]))
    if agent.get("account", {}).get("homePage") == settings.PUBLIC_URL:
        is_portal = agent["account"]["name"] == local_authority().agent["account"]["name"]
        return Word(gettext("this portal") if is_portal else gettext("somebody with an account here"))
    return Word(short(identifier_text(agent) or _group_name(agent)))


def identifier_text(agent: JsonObject) -> str:
    """What identifies an agent, to be read by people; empty for an anonymous group."""
    if "account" in agent:
        return f"{agent['account']['name']} ({agent['account']['homePage']})"
    if "mbox_sha1sum" in agent:
        return f"SHA-1 {agent['mbox_sha1sum']}"
    return str(agent.get("mbox", "")).removeprefix("mailto:") or str(agent.get("openid", ""))


def _group_name(group: JsonObject) -> str:
    size = len(group.get("member", ()))
    return ngettext("a group of %(size)d person", "a group of %(size)d people", size) % {"size": size}


def verb_name(verb: JsonObject) -> Word:
    """Its display; for want of that the house's own word, or the end of its address."""
    for tag, text in (verb.get("display") or _own_word(verb["id"])).items():
        if text:
            return Word(short(text), tag)
    return Word(short(verb["id"].rstrip("/#").replace("#", "/").rpartition("/")[2]))


def _own_word(verb: str) -> dict[str, str]:
    known = DISPLAY.get(verb, {})
    return {tag: known[tag] for tag in readers_languages() if tag in known}


def object_name(what: JsonObject, people: People) -> Word:
    match what.get("objectType", "Activity"):
        case "Agent" | "Group":
            return agent_name(what, people)
        case "StatementRef":
            return Word(gettext("the statement %(id)s") % {"id": what["id"]})
        case _:
            return activity_name(what)


def activity_name(activity: JsonObject) -> Word:
    for tag, text in activity.get("definition", {}).get("name", {}).items():
        if text:
            return Word(short(text), tag)
    return Word(short(activity["id"]))


def results(result: JsonObject) -> Iterator[str]:
    """What came of it, one short text each."""
    score = result.get("score", {})
    if "scaled" in score:
        yield gettext("score %(percent)s %%") % {"percent": _number(round(score["scaled"] * 100, 1))}
    if "raw" in score and "max" in score:
        told = {"raw": _number(score["raw"]), "max": _number(score["max"])}
        yield gettext("%(raw)s of %(max)s points") % told
    elif "raw" in score:
        yield gettext("%(raw)s points") % {"raw": _number(score["raw"])}
    if "success" in result:
        yield gettext("successful") if result["success"] else gettext("not successful")
    if "completion" in result:
        yield gettext("complete") if result["completion"] else gettext("not complete")
    progress = result.get("extensions", {}).get(PROGRESS)
    if isinstance(progress, int | float):
        yield gettext("%(percent)s %% done") % {"percent": _number(progress)}
    if "duration" in result:
        yield gettext("took %(time)s") % {"time": duration_text(result["duration"])}


def answer_text(response: str, what: JsonObject) -> str:
    """The answer to a question, its choices in words where the question tells them."""
    choices = {each["id"]: each.get("description", {}) for each in what.get("definition", {}).get("choices", ())}
    given = [choices.get(each) for each in response.split("[,]")]  # the separator of xAPI 1.0.3, Data 2.4.4.1
    if not choices or None in given:
        return short(response)
    return short("; ".join(next(iter(texts.values()), "") for texts in given if texts))


def _number(value: float) -> str:
    return localize(int(value) if value == int(value) else round(value, 2)) if abs(value) < 1e15 else f"{value:g}"


def duration_text(text: str) -> str:
    """ "PT1H5M" as "1 h 5 min", less than a minute in seconds; what has months or weeks stays as it was sent."""
    try:
        span = parse_duration(text)
    except OverflowError:
        span = None
    if span is None:
        return short(text)
    seconds = span.total_seconds()
    if seconds < 60:
        return gettext("%(seconds)s s") % {"seconds": _number(seconds)}
    return minutes_in_words(round(seconds / 60))


def short(text: str) -> str:
    return Truncator(text).chars(_LONGEST)
