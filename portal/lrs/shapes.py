"""Checks of JSON values, put together from small ones (pure): each is called as ``check(value, version)``.

A check raises ``Fault`` at the first thing that is wrong, and every check around it adds where it stands, so that a
value that is right costs no path.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from portal.lrs.errors import InvalidError
from portal.lrs.parsing import Fault, check_free, check_text, json_path

# Called with the value and the version of the request, ``versions.V1`` or ``versions.V2``.
Check = Callable[[Any, str], None]

# No object of a statement has more properties outside extensions; keeps the report of faults small.
PROPERTY_LIMIT = 1000


def wrong(value: Any, message: str) -> Fault:
    return Fault("null is allowed in extensions only" if value is None else message)


def text(value: Any, version: str) -> None:
    if type(value) is not str:
        raise wrong(value, "is not a string")
    check_text(value)


def text_that(fits: Callable[[str], bool], name: str) -> Check:
    """A text for which ``fits``; ``name`` says what it should be, such as "a UUID"."""

    def check(value: Any, version: str) -> None:
        if type(value) is not str:
            raise wrong(value, "is not a string")
        if not fits(value):
            raise Fault(f"is not {name}")
        check_text(value)

    return check


def flag(value: Any, version: str) -> None:
    if type(value) is not bool:
        raise wrong(value, "is not true or false")


def number(value: Any, version: str) -> None:
    if type(value) is int:
        if not -(2**63) <= value < 2**64:
            raise Fault("the integer needs more than 64 bits")
    elif type(value) is not float:
        raise wrong(value, "is not a number")
    elif not math.isfinite(value):
        raise Fault("the number is not finite")


def one_of(*texts: str) -> Check:
    offered = frozenset(texts)
    message = f"is not {' or '.join(repr(each) for each in texts)}"

    def check(value: Any, version: str) -> None:
        if type(value) is not str or value not in offered:
            raise wrong(value, message)

    return check


def array(item: Check, *, least: int = 0) -> Check:
    def check(value: Any, version: str) -> None:
        if type(value) is not list:
            raise wrong(value, "is not an array")
        if len(value) < least:
            raise Fault("is empty")
        for n, each in enumerate(value):
            try:
                item(each, version)
            except Fault as fault:
                fault.inside(n)
                raise

    return check


def mapping(fits: Callable[[str], bool], name: str, item: Check) -> Check:
    """An object whose keys are free within ``fits``; ``name`` says what a key should be."""

    def check(value: Any, version: str) -> None:
        if type(value) is not dict:
            raise wrong(value, "is not an object")
        for key, inner in value.items():
            if type(key) is not str:
                raise Fault("a key is not a string")
            check_text(key)
            if not fits(key):
                raise Fault(f"the key {key[:100]!r} is not {name}")
            try:
                item(inner, version)
            except Fault as fault:
                fault.inside(key)
                raise

    return check


def free(value: Any, version: str) -> None:
    """Any JSON value: the inside of extensions."""
    check_free(value)


def shape(
    fields: Mapping[str, Check], *, required: Sequence[str] = (), rules: Sequence[Callable[[Any, str], None]] = ()
) -> Check:
    """An object with some of ``fields`` and nothing else; ``rules`` judge it as a whole when each of them is right."""

    def check(value: Any, version: str) -> None:
        if type(value) is not dict:
            raise wrong(value, "is not an object")
        if len(value) > PROPERTY_LIMIT:
            raise Fault(f"more than {PROPERTY_LIMIT} properties")
        for name in required:
            if name not in value:
                raise Fault("is missing", name)
        for key, inner in value.items():
            field = fields.get(key)
            if field is None:
                raise Fault("is not a property of this object", key)
            try:
                field(inner, version)
            except Fault as fault:
                fault.inside(key)
                raise
        for rule in rules:
            rule(value, version)

    return check


def by_kind(choose: Callable[[Any], Check]) -> Check:
    """One of several checks, chosen by what the value says of itself."""

    def check(value: Any, version: str) -> None:
        choose(value)(value, version)

    return check


def judge(check: Check, value: Any, *, version: str, at: tuple[str | int, ...]) -> None:
    """
    Raises:
        InvalidError: ``value`` fails ``check``; with the JSON path, which begins with ``at``.
    """
    try:
        check(value, version)
    except Fault as fault:
        raise InvalidError(fault.message, json_path((*at, *fault.path))) from None
