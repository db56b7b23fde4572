from django.apps import AppConfig
from wagtail.users.apps import WagtailUsersAppConfig


class AccountsConfig(AppConfig):
    name = "portal.accounts"


class CmsUsersConfig(WagtailUsersAppConfig):
    """Wagtail's people screens with our one name field in place of first and last name."""

    user_viewset = "portal.accounts.viewsets.PortalUserViewSet"
