"""Version header negotiation (pure)."""

import re

HEADER = "X-Experience-API-Version"
V1, V2 = "1.0.3", "2.0.0"
VERSIONS = (V2, V1)
# What a request without the header is by the specification: one from before the header was asked for.
ANCIENT = "0.95"

_ASKED = re.compile(r"(1|2)\.0(?:\.[0-9]{1,9})?")


class UnknownVersionError(ValueError):
    """``answered`` is the version that the refusal itself carries."""

    def __init__(self, message: str, answered: str) -> None:
        super().__init__(message)
        self.answered = answered


def negotiate(header: str | None) -> str:
    """The version that a request with this header is served in: the latest of the family asked.

    Raises:
        UnknownVersionError: no header, or neither 1.0, 1.0.x, 2.0 nor 2.0.x.
    """
    if header is None:
        raise UnknownVersionError(f"the header {HEADER} is missing", ANCIENT)
    asked = _ASKED.fullmatch(header.strip())
    if asked is None:
        raise UnknownVersionError(f"{HEADER} is neither 1.0.x nor 2.0.x", V1 if header.strip().startswith("1") else V2)
    return V1 if asked[1] == "1" else V2


def stamped(version: str) -> str:
    """What a statement without a version is given in a request of ``version``: the first of its family."""
    return "1.0.0" if version == V1 else V2
