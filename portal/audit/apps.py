from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "portal.audit"

    def ready(self) -> None:
        from portal.audit import receivers  # noqa: F401
