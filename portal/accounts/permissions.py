"""What may be done to an account."""

from django.db.models import CASCADE, PROTECT, RESTRICT, ManyToOneRel

from portal.accounts.models import User

# What belongs to the account itself and may go with it: addresses, second factors, sessions, consents, CMS preferences.
OF_THE_ACCOUNT = ("accounts", "account", "mfa", "usersessions", "socialaccount", "wagtail")


def records_of(user: User) -> list[str]:
    """The kinds of records that would be lost with ``user``; as long as there are any she is not deleted.

    Asks every model that refers to a person, so a new app is covered without entering itself.
    """
    found = []
    for relation in User._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel) or relation.on_delete not in (CASCADE, PROTECT, RESTRICT):
            continue
        model = relation.related_model
        if model._meta.app_label.startswith(OF_THE_ACCOUNT):
            continue
        if model._base_manager.filter(**{relation.field.name: user}).exists():
            found.append(str(model._meta.verbose_name_plural))
    return sorted(found)
