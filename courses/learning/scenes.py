"""From rows to the scene that statements need, and into the record store."""

from datetime import datetime

from django.conf import settings
from tincan import Statement

from courses.catalogue.outline import Outline
from courses.learning.models import Enrolment
from courses.learning.statements import Scene
from portal.lrs.actions import store_statements
from portal.lrs.auth import local_authority
from portal.lrs.building import as_json


def scene_of(enrolment: Enrolment, outline: Outline, at: datetime) -> Scene:
    return Scene(
        home=settings.PUBLIC_URL,
        platform=settings.XAPI_PLATFORM,
        learner=enrolment.user.uuid,
        registration=enrolment.uuid,
        outline=outline,
        at=at,
    )


def tell(*statements: Statement, at: datetime) -> None:
    """Store the portal's own sentences, in the transaction of the facts that they tell."""
    store_statements([as_json(each) for each in statements], authority=local_authority(), at=at, own=True)
