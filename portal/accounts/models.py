"""A person with an account, and the consent she gave."""

from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_countries.fields import CountryField

from portal.accounts.querysets import UserManager


class Profession(models.TextChoices):
    """The roles of the field; requirements and learning outcomes name them."""

    REFERRER = "referrer", _("Referrer")
    RADIOLOGIST = "radiologist", _("Radiologist")
    RADIOGRAPHER = "radiographer", _("Radiographer")
    PHYSICIST = "physicist", _("Medical physics expert")
    NURSE = "nurse", _("Nurse")
    DENTIST = "dentist", _("Dentist")
    MANAGER = "manager", _("Manager")
    OTHER = "other", pgettext_lazy("profession", "Other")


def languages() -> list[tuple[str, str]]:
    """Those of the portal; a function, so that a further language is no change of the database."""
    return settings.LANGUAGES


class User(AbstractBaseUser, PermissionsMixin):  # type: ignore[django-manager-missing]  # made by Wagtail
    """Signs in by e-mail address; known to the outside by ``uuid`` only."""

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("full name"), max_length=200, help_text=_("As it should stand on your certificates."))
    profession = models.CharField(_("profession"), max_length=20, choices=Profession)
    country = CountryField(_("country"), blank=True)
    language = models.CharField(_("language"), max_length=8, choices=languages, default="en")
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_whatever_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @property
    def needs_second_factor(self) -> bool:
        """Whether this person may change what others see: whoever may enter the CMS, by whatever group."""
        return self.has_perm("wagtailadmin.access_admin")


class Consent(models.Model):
    """That a person agreed to a version of the privacy text, and when. Never changed, only added to."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="consents")
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=8)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "version"], name="consent_once_a_version")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.version}"
