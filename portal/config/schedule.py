"""Every periodic job of the portal in one table.

A sweep finds what a crash or an absent broker left undone; each is idempotent and cheap when there is nothing to do.
"""

from datetime import timedelta

from celery.schedules import crontab, schedule

from portal.lrs.keeping import hours

SCHEDULE: dict[str, dict[str, object]] = {
    "send the mail that waits": {"task": "portal.core.tasks.send_mail", "schedule": schedule(timedelta(minutes=1))},
    "finish certificates": {"task": "certificates.issuing.tasks.sweep", "schedule": schedule(timedelta(minutes=1))},
    "forward statements": {"task": "portal.lrs.forwarding.tasks.sweep", "schedule": schedule(timedelta(minutes=1))},
    "add missing time stamps": {
        "task": "certificates.issuing.tasks.add_time_stamps",
        "schedule": schedule(timedelta(minutes=1)),
    },
    "go on with many certificates": {
        "task": "certificates.issuing.tasks.sweep_bulk",
        "schedule": schedule(timedelta(minutes=1)),
    },
    "enter missing evidence": {
        "task": "certificates.compliance.tasks.sweep",
        "schedule": schedule(timedelta(minutes=5)),
    },
    "watch the disks": {"task": "portal.core.tasks.watch_disks", "schedule": schedule(timedelta(minutes=10))},
    "lay partitions for the months to come": {
        "task": "portal.lrs.tasks.keep_partitions_ahead",
        "schedule": crontab(hour="2", minute="50"),
    },
    "count new statements": {
        "task": "portal.lrs.counts.tasks.count_statements",
        "schedule": schedule(timedelta(minutes=1)),
    },
    "write waiting exports": {"task": "portal.lrs.exports.tasks.sweep", "schedule": schedule(timedelta(minutes=1))},
    "forget old exports": {"task": "portal.lrs.exports.tasks.forget_exports", "schedule": crontab(minute="50")},
    "write days for analysts": {
        "task": "portal.lrs.parquet.tasks.write_finished_days",
        "schedule": crontab(hour="1", minute="30"),
    },
    "apply rules of retention": {
        "task": "portal.lrs.keeping.tasks.keep_order",
        "schedule": crontab(hour=str(hours.RETENTION.hour), minute=str(hours.RETENTION.minute)),
    },
    "check the record store": {
        "task": "portal.lrs.keeping.tasks.check_statements",
        "schedule": crontab(hour=str(hours.CHECK.hour), minute=str(hours.CHECK.minute)),
    },
    "check certificate files": {
        "task": "certificates.issuing.tasks.check_files",
        "schedule": crontab(hour="4", minute="10"),
    },
    "check signing key": {"task": "certificates.issuing.tasks.check_key", "schedule": crontab(hour="4", minute="40")},
    "forget old holders of certificates": {
        "task": "certificates.issuing.tasks.forget_old",
        "schedule": crontab(hour="4", minute="50"),
    },
    "tell learners for whom certificates wait": {
        "task": "certificates.issuing.tasks.call_learners",
        "schedule": crontab(minute="20"),
    },
    "remind of certificates that expire": {
        "task": "certificates.compliance.tasks.remind",
        "schedule": crontab(hour="6", minute="30"),
    },
    "forget ended links and reviewers": {
        "task": "certificates.issuing.tasks.forget_outsiders",
        "schedule": crontab(hour="5", minute="0"),
    },
    "forget old mail": {"task": "portal.core.tasks.forget_mail", "schedule": crontab(hour="3", minute="20")},
    "forget old sessions": {"task": "portal.core.tasks.forget_sessions", "schedule": crontab(hour="3", minute="40")},
}
