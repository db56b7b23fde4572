"""A request whose person is known."""

from django.http import HttpRequest

from portal.accounts.models import User


class AuthedRequest(HttpRequest):
    """A request behind ``login_required``: its user is a person, never anonymous."""

    user: User
