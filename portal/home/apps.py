from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "portal.home"

    def ready(self) -> None:
        from portal.home import tenants  # noqa: F401
        from portal.home.audiences import Organisations
        from portal.lrs.audiences import register_audience

        register_audience(Organisations())
