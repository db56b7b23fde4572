"""The roof: settings, URL map, Celery and its schedule. Knows all floors, known by none."""

from portal.config.celery import app as celery_app

__all__ = ["celery_app"]
