"""The reviewable course texts (``content/``) as typed data: a fault names the file and the field."""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

CONTENT = Path(__file__).parent / "content"
Role = Literal["referrer", "radiologist", "radiographer", "physicist", "nurse", "dentist", "manager", "other"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Outcome(_Part):
    kind: Literal["knowledge", "skill", "competence"]
    text: Annotated[str, Field(max_length=300)]
    bss: str = ""
    roles: list[Role] = []


class Source(_Part):
    title: str
    locator: str = ""
    url: str = ""
    status: Literal["verified", "unverified"] = "unverified"


class Titled(_Part):
    title: str = ""
    text: str


class Table(_Part):
    caption: str
    header: list[str]
    rows: list[list[str]]


class Steps(_Part):
    title: str = ""
    items: list[str]


class Duty(_Part):
    role: Role
    article: str
    text: str


class Number(_Part):
    value: str
    label: str
    source: str


class Numbers(_Part):
    items: list[Number]


class CaseOption(_Part):
    text: Annotated[str, Field(max_length=300)]
    reply: str


class Case(_Part):
    title: str
    situation: str
    request: str = ""
    question: str
    options: Annotated[list[CaseOption], Field(min_length=2)]
    discussion: str


class Block(_Part):
    """Exactly one of these is set."""

    text: str | None = None
    heading: Annotated[str, Field(max_length=150)] | None = None
    key: str | None = None
    warning: str | None = None
    example: Titled | None = None
    table: Table | None = None
    steps: Steps | None = None
    duty: Duty | None = None
    figure_numbers: Numbers | None = None
    case: Case | None = None

    @model_validator(mode="after")
    def _one(self) -> "Block":
        if len(self.model_fields_set) != 1:
            raise ValueError("a block has exactly one key")
        return self

    @property
    def kind(self) -> str:
        return next(iter(self.model_fields_set))

    @property
    def value(self) -> Any:
        return getattr(self, self.kind)


class Lesson(_Part):
    slug: str
    title: str
    minutes: Annotated[int, Field(ge=1, le=240)]
    body: Annotated[list[Block], Field(min_length=1)]
    sources: Annotated[list[Source], Field(min_length=1)]


class Option(_Part):
    text: Annotated[str, Field(max_length=400)]
    right: bool = False


class QuestionText(_Part):
    id: str
    kind: Literal["single", "multiple", "truefalse"]
    stem: str
    options: Annotated[list[Option], Field(min_length=2, max_length=8)]
    rationale: str
    source: Source
    outcome: int = 1
    verified: bool = False

    @model_validator(mode="after")
    def _keyed(self) -> "QuestionText":
        right = sum(option.right for option in self.options)
        if right < 1 or (self.kind != "multiple" and right != 1):
            raise ValueError(f"{self.id}: a {self.kind} question has {right} right answers")
        return self


class ModuleText(_Part):
    code: str
    slug: str
    title: str
    minutes: int
    audience: list[Role] = []
    bss: str = ""
    rp175: str = ""
    summary: str = ""
    outcomes: list[Outcome] = []
    lessons: list[Lesson] = []
    questions: list[QuestionText] = []

    @model_validator(mode="after")
    def _adds_up(self) -> "ModuleText":
        total = sum(lesson.minutes for lesson in self.lessons)
        if self.lessons and total != self.minutes:
            raise ValueError(f"lessons take {total} minutes, the module says {self.minutes}")
        return self


class CourseText(_Part):
    code: str
    slug: str
    title: str
    lead: Annotated[str, Field(max_length=300)]
    audience: list[Role]
    language: str = "en"
    intro: str
    modules: list[str]
    complete: bool
    reviewed_on: Any = None
    version: str = "1.0"


class ContentError(ValueError):
    """A course text is not as ``content/README.md`` tells."""


def _read(path: Path, kind: type[BaseModel]) -> Any:
    try:
        return kind.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError, OSError) as error:
        raise ContentError(f"{path.parent.name}/{path.name}: {error}") from error


def read_course(slug: str, folder: Path = CONTENT) -> tuple[CourseText, list[ModuleText]]:
    """The course and its modules in order.

    Raises:
        ContentError: a file is missing or a field is wrong; the message names both.
    """
    course: CourseText = _read(folder / slug / "course.yaml", CourseText)
    return course, [_read(folder / slug / f"{module}.yaml", ModuleText) for module in course.modules]


def course_slugs(folder: Path = CONTENT) -> list[str]:
    order = ["justification", "optimisation", "duties", "paediatric"]
    found = {path.parent.name for path in folder.glob("*/course.yaml")}
    return [slug for slug in order if slug in found] + sorted(found - set(order))
