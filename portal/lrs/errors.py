"""What the store may answer instead of doing as asked, each with its HTTP status (knows no framework)."""

from typing import ClassVar


class LrsError(Exception):
    """``path`` says where in the request the fault lies, such as ``[3].actor.mbox``; empty for the whole."""

    status: ClassVar[int]

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class InvalidError(LrsError):
    status = 400


class UnauthorizedError(LrsError):
    status = 401


class ForbiddenError(LrsError):
    """The credential is good, but not for this."""

    status = 403


class NotFoundError(LrsError):
    status = 404


class ConflictError(LrsError):
    """The store holds another statement under this id, or a document that the client has not seen; the first stays."""

    status = 409


class PreconditionError(LrsError):
    """``If-Match`` or ``If-None-Match`` does not hold; nothing is changed."""

    status = 412


class TooLargeError(LrsError):
    status = 413


class TooManyError(LrsError):
    status = 429
