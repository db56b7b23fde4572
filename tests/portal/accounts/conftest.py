import pytest


@pytest.fixture(autouse=True)
def _mail_as_in_the_portal(settings, tmp_path):
    """Rows first, then the folder; the test runner would keep mail in a list."""
    settings.EMAIL_BACKEND = "post_office.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"


@pytest.fixture(autouse=True)
def _quick_hashes(settings):
    """Argon2 is slow on purpose, and these tests sign in some hundred times."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
