from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "campaign.pages"
    label = "campaign_pages"
    verbose_name = "Campaign pages"
