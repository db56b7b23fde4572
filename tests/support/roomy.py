"""The portal, set to take bodies of 60 MB."""

from django.conf import settings

from portal.config.wsgi import application

settings.XAPI_BODY_LIMIT = 60 * 1024 * 1024

__all__ = ["application"]
