from django.apps import AppConfig


class CmsConfig(AppConfig):
    name = "portal.cms"
    label = "portal_cms"
    verbose_name = "Pages"

    def ready(self) -> None:
        from portal.cms import receivers  # noqa: F401
