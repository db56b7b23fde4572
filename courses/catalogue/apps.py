from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "courses.catalogue"
    verbose_name = "Courses"
