from django.apps import AppConfig


class LrsConfig(AppConfig):
    name = "portal.lrs"
    verbose_name = "Learning record store"

    def ready(self) -> None:
        from portal.lrs.forwarding.tasks import wake_all
        from portal.lrs.privacy import RecordStoreHolder
        from portal.lrs.signals import statements_stored
        from portal.privacy.registry import register

        statements_stored.connect(wake_all, dispatch_uid="forwarding")
        register(RecordStoreHolder())
