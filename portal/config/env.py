"""The typed environment: every difference between two installations stands here.

A value that cannot be read stops the start with a message that names the variable. Secrets may come from files:
with ``SECRETS_DIR=/run/secrets`` a file ``/run/secrets/secret_key`` sets ``SECRET_KEY``.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal, Self

import dj_database_url
from pydantic import AnyHttpUrl, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
EMBEDDED_SECRET = "embedded-installation-key-that-production-refuses"  # noqa: S105  refused below


class Env(BaseSettings):
    """Settings that an operator sets; the defaults are the embedded installation on one machine.

    Raises:
        ValidationError: a variable is missing or unreadable; ``read()`` turns it into a plain message.
    """

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", secrets_dir=os.environ.get("SECRETS_DIR"))

    production: bool = False
    secret_key: SecretStr = SecretStr(EMBEDDED_SECRET)
    hosts: Annotated[list[str], NoDecode] = Field(default=["localhost", "127.0.0.1", "[::1]"])
    public_url: AnyHttpUrl = AnyHttpUrl("http://localhost:8000")
    var_dir: Path = ROOT / "var"

    database_url: str = ""
    database_pool: bool = True
    celery_broker_url: str = ""
    cache_url: str = ""

    email_url: str = ""
    email_from: str = "Alara Campus <portal@localhost>"
    operator_email: str = ""

    storage_bucket: str = ""
    storage_endpoint: str = ""
    storage_region: str = ""
    storage_access_key: SecretStr = SecretStr("")
    storage_secret_key: SecretStr = SecretStr("")

    signing_key: str = Field(default="", description="PEM or PKCS#12 (.p12, .pfx); empty: the portal's own authority")
    signing_certificates: str = Field(default="", description="PEM: the key's certificate, then its issuers")
    signing_password: SecretStr = Field(default=SecretStr(""), description="of the key's file, or the PIN of its token")
    signing_pkcs11_module: str = Field(default="", description="library of a PKCS#11 token that holds the key")
    signing_pkcs11_token: str = Field(default="", description="label of the token")
    signing_pkcs11_label: str = Field(default="", description="label of the key in the token")
    credential_key: str = Field(
        default="", description="PEM: Ed25519 key that signs credentials; empty: one of our own"
    )

    timestamp_url: str = Field(default="", description="RFC 3161 service that confirms when a certificate was signed")
    timestamp_certificates: str = Field(default="", description="PEM: the authorities that vouch for the service")
    timestamp_user: str = ""
    timestamp_password: SecretStr = SecretStr("")
    timestamp_seconds: float = Field(default=5, gt=0, le=60, description="how long the service may take")

    certificates_kept_years: int = Field(
        default=0, ge=0, le=100, description="after so many years the holder of a certificate is erased; 0: never"
    )

    expiry_reminder_days: Annotated[list[int], NoDecode] = Field(
        default=[60, 14], description="so many days before its end the holder of a certificate is told; empty: never"
    )
    links_kept_months: int = Field(
        default=6, ge=0, le=120, description="so long after its end an access of an outsider is still known"
    )

    disk_alarm_percent: int = Field(
        default=85, ge=1, le=100, description="how full a disk may be before the log says so"
    )
    proxy_count: int = Field(default=0, ge=0, le=5, description="trusted reverse proxies in front of the web process")
    sentry_dsn: str = ""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    maintenance: bool = Field(default=False, description="every page says that the operators are at work")
    debug: bool = False
    failpoints: Annotated[list[str], NoDecode] = Field(default=[])

    @field_validator("hosts", "failpoints", "expiry_reminder_days", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("expiry_reminder_days")
    @classmethod
    def _days_are_ahead(cls, value: list[int]) -> list[int]:
        if not all(1 <= each <= 365 for each in value):
            raise ValueError("days from 1 to 365, such as 60,14")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and dj_database_url.parse(value)["ENGINE"] not in {
            "django.db.backends.postgresql",
            "django.db.backends.sqlite3",
        }:
            raise ValueError("the portal runs on postgres:// or sqlite://")
        return value

    @field_validator("celery_broker_url")
    @classmethod
    def _known_broker(cls, value: str) -> str:
        if value and value.split("://", maxsplit=1)[0] not in {"redis", "rediss", "amqp", "amqps", "filesystem"}:
            raise ValueError("the broker is redis://, amqp:// or empty for the embedded folder")
        return value

    @field_validator("cache_url")
    @classmethod
    def _known_cache(cls, value: str) -> str:
        if value and value.split("://", maxsplit=1)[0] not in {"redis", "rediss"}:
            raise ValueError("the cache is redis:// or empty for local memory")
        return value

    @field_validator("email_url")
    @classmethod
    def _known_mail(cls, value: str) -> str:
        if value and value.split("://", maxsplit=1)[0] not in {"smtp", "smtps", "smtp+tls"}:
            raise ValueError("mail leaves by smtp://, smtp+tls:// or smtps://user:password@host:port")
        return value

    @model_validator(mode="after")
    def _key_is_complete(self) -> Self:
        if self.signing_pkcs11_module and not (
            self.signing_certificates and self.signing_pkcs11_token and self.signing_pkcs11_label
        ):
            raise ValueError(
                "SIGNING_PKCS11_MODULE needs SIGNING_CERTIFICATES, SIGNING_PKCS11_TOKEN and SIGNING_PKCS11_LABEL"
            )
        if self.signing_pkcs11_module and self.signing_key:
            raise ValueError("the key is in SIGNING_KEY or in a token, not in both")
        return self

    @model_validator(mode="after")
    def _time_stamps_are_complete(self) -> Self:
        if not self.timestamp_url:
            return self
        if not self.timestamp_url.startswith(("https://", "http://")):
            raise ValueError("TIMESTAMP_URL starts with https:// or http://")
        if not self.timestamp_certificates or not Path(self.timestamp_certificates).is_file():
            raise ValueError("TIMESTAMP_URL needs TIMESTAMP_CERTIFICATES: a PEM file with whom to believe")
        return self

    @model_validator(mode="after")
    def _production_is_complete(self) -> Self:
        if not self.production:
            return self
        missing = [
            name.upper()
            for name in (
                "secret_key",
                "hosts",
                "public_url",
                "database_url",
                "celery_broker_url",
                "cache_url",
                "email_url",
                "email_from",
            )
            if name not in self.model_fields_set
        ]
        if missing:
            raise ValueError(f"PRODUCTION=true needs {', '.join(missing)}")
        secret = self.secret_key.get_secret_value()
        if secret == EMBEDDED_SECRET or len(secret) < 50:
            raise ValueError("SECRET_KEY needs 50 characters or more of its own")
        if self.public_url.scheme != "https":
            raise ValueError("PUBLIC_URL starts with https:// in production")
        if self.debug or self.failpoints:
            raise ValueError("DEBUG and FAILPOINTS stay unset in production")
        return self


def read() -> Env:
    """The environment, or an exit with status 78 (EX_CONFIG) and one line for every variable that is wrong."""
    try:
        return Env()
    except ValidationError as error:
        print("The portal cannot start, its environment is not right:", file=sys.stderr)
        for fault in error.errors():
            name = ".".join(str(part) for part in fault["loc"]).upper() or "ENVIRONMENT"
            print(f"  {name}: {fault['msg'].removeprefix('Value error, ')}", file=sys.stderr)
        print("The variables are told in docs/operators.md.", file=sys.stderr)
        raise SystemExit(78) from None
