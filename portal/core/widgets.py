"""Controls that Django does not have; each is drawn by its template in ``templates/kit/`` and works without script."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

Attrs = dict[str, Any]


class Upload(forms.FileInput):
    """A file to send.

    Args:
        accept: the types offered, as in HTML: ".pdf" or "application/pdf, image/*".
        limit: bytes of the largest file that the form takes; with script the page says so before anything is sent.
            The form checks it again.
    """

    template_name = "kit/file_upload.html"

    def __init__(self, *, accept: str = "", limit: int = 0, attrs: Attrs | None = None) -> None:
        given = {"accept": accept, "data-limit": limit}
        super().__init__({name: value for name, value in given.items() if value} | (attrs or {}))


class DateParts(forms.MultiWidget):
    """Day, month and year as three short fields, for dates that people know by heart.

    Its DateField has ``input_formats=["%Y-%m-%d"]``: the formats of some languages take "12" for 2012.

    Args:
        autocomplete: "bday" for a date of birth, else nothing.
    """

    template_name = "kit/date_field.html"
    use_fieldset = True

    def __init__(self, *, autocomplete: str = "", attrs: Attrs | None = None) -> None:
        def part(name: str, digits: int) -> forms.TextInput:
            purpose = f"{autocomplete}-{name}" if autocomplete else "off"
            return forms.TextInput({"inputmode": "numeric", "maxlength": digits, "autocomplete": purpose})

        super().__init__({"day": part("day", 2), "month": part("month", 2), "year": part("year", 4)}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, date):
            return [value.day, value.month, value.year]
        year, month, day = [*str(value or "").split("-", 2), "", ""][:3]
        return [day, month, year]

    def value_from_datadict(  # type: ignore[override]  # one text, as a DateField reads it
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> str:
        day, month, year = (str(part or "").strip() for part in super().value_from_datadict(data, files, name))
        return f"{year}-{month}-{day}" if day or month or year else ""

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0"  # where the error summary leads


class NumberWithUnit(forms.TextInput):
    """A number that is typed, with its unit behind it: no wheel and no arrows change it by accident.

    Args:
        unit: as read after the number, such as "mSv".
        decimals: whether the number may have any; its field is then ``localize=True``, for the comma of a language.
    """

    template_name = "kit/number_field.html"

    def __init__(self, *, unit: str = "", decimals: bool = False, attrs: Attrs | None = None) -> None:
        self.unit = unit
        given = {"inputmode": "decimal" if decimals else "numeric", "autocomplete": "off", "spellcheck": "false"}
        super().__init__(given | (attrs or {}))

    def get_context(self, name: str, value: Any, attrs: Attrs | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        widget["unit"] = self.unit
        if self.unit and widget["attrs"].get("id"):
            widget["unit_id"] = f"{widget['attrs']['id']}_unit"
            told = (widget["attrs"].get("aria-describedby"), widget["unit_id"])
            widget["attrs"]["aria-describedby"] = " ".join(each for each in told if each)
        return context


class Autocomplete(forms.Select):
    """A long list to choose from, which with script is searched by typing."""

    template_name = "kit/autocomplete.html"
