from django.apps import AppConfig


class IssuingConfig(AppConfig):
    name = "certificates.issuing"

    def ready(self) -> None:
        from certificates.issuing import receivers  # noqa: F401
