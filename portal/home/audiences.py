"""The people of an organisation, as the record store knows them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from hashlib import sha1
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.departments.models import Membership, Organisation
from portal.lrs.audiences import Spell
from portal.lrs.indexing import identifier


class Organisations:
    """Each organisation with everybody who was ever a member of one of its departments."""

    kind = "organisation"
    label: Promise = _("Organisations")

    def groups(self) -> Sequence[tuple[str, str]]:
        return [(str(each.uuid), each.name) for each in Organisation.objects.all()]

    def people(self, group: str) -> Mapping[str, Sequence[Spell]]:
        """One query, whatever the size; memory of about a kilobyte for each person."""
        try:
            organisation = Organisation.objects.filter(uuid=UUID(group)).first()
        except ValueError:
            organisation = None
        if organisation is None:
            return {}
        found = Membership.objects.filter(department__organisation=organisation)
        spells: dict[str, list[Spell]] = {}
        for uuid, email, begin, end in found.values_list("user__uuid", "user__email", "valid_from", "valid_to"):
            spell = _spell(begin, end, organisation.timezone)
            for key in _keys(str(uuid), email):
                spells.setdefault(key, []).append(spell)
        return spells


def _spell(first: date, last: date | None, zone: str) -> Spell:
    """Both days count, where the organisation is."""
    return Spell(_midnight(first, zone), None if last is None else _midnight(last + timedelta(days=1), zone))


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


def _keys(uuid: str, email: str) -> list[str]:
    """The account of this portal, which its own statements name, and the address, which other systems name."""
    mbox = f"mailto:{email}"
    agents = (
        {"account": {"homePage": settings.PUBLIC_URL, "name": uuid}},
        {"mbox": mbox},
        {"mbox_sha1sum": sha1(mbox.encode(), usedforsecurity=False).hexdigest()},
    )
    return [identifier(each) for each in agents]
