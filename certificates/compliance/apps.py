from django.apps import AppConfig


class ComplianceConfig(AppConfig):
    name = "certificates.compliance"

    def ready(self) -> None:
        from certificates.compliance import receivers  # noqa: F401
