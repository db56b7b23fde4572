from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "courses.learning"

    def ready(self) -> None:
        from courses.learning.comparing import rested_on, untold
        from portal.lrs.keeping.grounds import register_facts, register_ground

        register_ground(rested_on)
        register_facts(untold)
