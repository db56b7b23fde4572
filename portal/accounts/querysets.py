"""Questions about people."""

from typing import TYPE_CHECKING

from django.contrib.auth.base_user import BaseUserManager
from django.db.models import Q, QuerySet

if TYPE_CHECKING:
    from portal.accounts.models import User


class UserQuerySet(QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def called(self, text: str) -> "UserQuerySet":
        """Whose name or e-mail address holds ``text``, in whatever case; by name."""
        return self.filter(Q(name__icontains=text) | Q(email__icontains=text)).order_by("name", "pk")


class UserManager(BaseUserManager["User"].from_queryset(UserQuerySet)):  # type: ignore[misc]
    use_in_migrations = False

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user: User = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_superuser=True, is_staff=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(email=(username or "").strip().lower())
        return user
