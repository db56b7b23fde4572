from django.apps import AppConfig


class LrsConfig(AppConfig):
    name = "portal.lrs"
    verbose_name = "Learning record store"
