"""The Celery application; tasks live in the apps' ``tasks.py``, periodic jobs in ``schedule.py``."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_process_init
from django_structlog.celery.steps import DjangoStructLogInitStep

from portal.config import collector
from portal.config.schedule import SCHEDULE

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.config.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.conf.beat_schedule = SCHEDULE
app.autodiscover_tasks()
app.autodiscover_tasks([f"portal.lrs.{part}" for part in ("counts", "exports", "forwarding", "keeping", "parquet")])


@worker_process_init.connect
def process_started(**_: Any) -> None:
    collector.settle()
