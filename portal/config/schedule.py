"""Every periodic job of the portal in one table.

A sweep finds what a crash or an absent broker left undone; each is idempotent and cheap when there is nothing to do.
"""

from datetime import timedelta

from celery.schedules import crontab, schedule

SCHEDULE: dict[str, dict[str, object]] = {
    "send the mail that waits": {"task": "portal.core.tasks.send_mail", "schedule": schedule(timedelta(minutes=1))},
    "finish certificates": {"task": "certificates.issuing.tasks.sweep", "schedule": schedule(timedelta(minutes=1))},
    "enter missing evidence": {
        "task": "certificates.compliance.tasks.sweep",
        "schedule": schedule(timedelta(minutes=5)),
    },
    "watch the disks": {"task": "portal.core.tasks.watch_disks", "schedule": schedule(timedelta(minutes=10))},
    "check certificate files": {
        "task": "certificates.issuing.tasks.check_files",
        "schedule": crontab(hour="4", minute="10"),
    },
    "forget old mail": {"task": "portal.core.tasks.forget_mail", "schedule": crontab(hour="3", minute="20")},
    "forget old sessions": {"task": "portal.core.tasks.forget_sessions", "schedule": crontab(hour="3", minute="40")},
}
