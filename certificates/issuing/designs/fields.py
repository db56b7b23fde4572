"""A small picture that is kept in its row, as the data address that papers are drawn from."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from certificates.issuing.designs.pictures import NoPictureError, as_png, data_address

LARGEST = 10 * 1024 * 1024  # bytes of the upload


class Lost(str):
    """The picture that is kept, or none, where another was chosen and the form came back: browsers refill no file."""


class PictureInput(forms.ClearableFileInput):
    """The picture that is kept, a box to take it away, and a file to choose; that it must be chosen again, if so."""

    template_name = "certificates/designs/picture_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": "image/png,image/jpeg,image/webp", **(attrs or {})})

    def is_initial(self, value: Any) -> bool:
        return bool(value)

    def format_value(self, value: Any) -> Any:
        return value if isinstance(value, str) and value else None

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        if isinstance(value, Lost):
            given = context["widget"]["attrs"]
            told = context["widget"]["lost_id"] = f"{given.get('id', name)}-lost"
            given["aria-describedby"] = f"{given.get('aria-describedby', '')} {told}".strip()
        return context


class PictureFormField(forms.FileField):
    """Takes a file and gives its data address; the one that is kept where nothing is sent."""

    widget = PictureInput

    def __init__(self, *, within: tuple[int, int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.within = within

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What a form that came back shows: a file cannot be shown, but that there was one is said."""
        return Lost(initial or "") if data else super().bound_data(data, initial)

    def clean(self, data: Any, initial: Any = None) -> str:
        """An empty text is no picture.

        Raises:
            ValidationError: the file cannot be taken.
        """
        file = super().clean(data, initial)
        if not file or file == initial:
            return file or ""
        if file.size > LARGEST:
            raise ValidationError(_("This file is larger than 10 MB."))
        try:
            return data_address(as_png(file.read(), self.within))
        except NoPictureError as error:
            raise ValidationError(
                _(
                    "This is no picture that can be printed. Save it as PNG, JPEG or WebP, not larger than 40 megapixels."
                )
            ) from error


class PictureField(models.TextField):  # type: ignore[type-arg]  # Django's own classes take none when they run
    """The data address of a PNG, in the row itself: small, backed up with it, and at no public address.

    Args:
        within: the most pixels, width and height; larger uploads are made smaller.
    """

    def __init__(self, *args: Any, within: tuple[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **{"blank": True, **kwargs})
        self.within = within

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "within": self.within}

    def formfield(self, **kwargs: Any) -> Any:
        """Whatever control is asked for, it is one for files."""
        return PictureFormField(
            within=self.within, required=False, label=capfirst(self.verbose_name), help_text=self.help_text
        )
