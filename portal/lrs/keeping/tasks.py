"""Thin wrappers for the workers."""

import structlog
from celery import shared_task

from portal.core.clock import now
from portal.lrs.keeping.checking import Finding, check_store
from portal.lrs.keeping.retention import apply_rule, count_due
from portal.lrs.models import RetentionRule

log = structlog.get_logger(__name__)
NAMED = 20


@shared_task
def keep_order() -> None:
    """Nightly: apply every rule of retention; one that fails does not stop the others."""
    for rule in RetentionRule.objects.all():
        try:
            apply_rule(rule=rule, at=now())
        except Exception:
            log.exception("retention rule not applied, the next night tries again", rule=rule.pk)


@shared_task
def check_statements() -> None:
    """Nightly: look at the whole store, and raise an alarm in the log when anything does not agree."""
    faults: list[Finding] = []

    def tell(finding: Finding) -> None:
        if finding.is_fault and len(faults) < NAMED:
            faults.append(finding)

    check = check_store(at=now(), tell=tell)
    if check.findings:
        log.error(
            "the record store does not agree with itself: manage.py verify_statements tells all",
            findings=check.findings,
            first=[f"{each.name} {each.kind}" for each in faults],
        )


@shared_task
def count_rule(rule_id: int) -> None:
    """How many the rule would touch, for the page."""
    rule = RetentionRule.objects.filter(pk=rule_id).first()
    if rule is not None:
        count_due(rule=rule, at=now())
