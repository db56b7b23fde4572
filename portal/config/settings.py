"""One settings file; every difference between installations comes from ``portal.config.env``."""

from datetime import timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
import sentry_sdk

from portal.config import logs
from portal.config.csp import CMS_POLICY, SITE_POLICY
from portal.config.env import ROOT, read
from portal.core.pool import BusyConnection

ENV = read()
VAR = ENV.var_dir
try:
    for _name in ("queue/messages", "queue/control", "mail", "media", "private"):
        (VAR / _name).mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise SystemExit(
        f"VAR_DIR: the folder {VAR} cannot be made ({error.strerror}); make it writable or set VAR_DIR."
    ) from None

# --- who we are -----------------------------------------------------------------------------------------------------
DEBUG = ENV.debug
SECRET_KEY = ENV.secret_key.get_secret_value()
ALLOWED_HOSTS = ENV.hosts
PUBLIC_URL = str(ENV.public_url).rstrip("/")
WAGTAIL_SITE_NAME = "Alara Campus"
WAGTAILADMIN_BASE_URL = PUBLIC_URL
CONSENT_VERSION = "2026-11"
FAILPOINTS = ENV.failpoints
PRODUCTION = ENV.production
MAINTENANCE = ENV.maintenance

# --- applications ---------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "portal.home",
    "certificates.compliance",
    "certificates.issuing",
    "courses.quizzes",
    "courses.learning",
    "courses.catalogue",
    "campaign.pages",
    "portal.cms",
    "portal.departments",
    "portal.lrs",
    "portal.audit",
    "portal.accounts",
    "portal.core",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "wagtail_localize",
    "wagtail_localize.locales",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.embeds",
    "wagtail.sites",
    "portal.accounts.apps.CmsUsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_htmx",
    "django_countries",
    "django_structlog",
    "post_office",
    "storages",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "portal.lrs.middleware.StoreDoor",
    "csp.middleware.CSPMiddleware",
    "portal.core.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.core.middleware.Compressed",
    "django_structlog.middlewares.RequestMiddleware",
    "portal.core.middleware.Maintenance",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.core.languages.PageLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.middleware.ProfileLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.accounts.middleware.RequireMfa",
    "portal.audit.middleware.RememberActor",
    "django_htmx.middleware.HtmxMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "portal.config.urls"
WSGI_APPLICATION = "portal.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
        },
    },
]

# --- database -------------------------------------------------------------------------------------------------------
if ENV.database_url:
    DATABASES: dict[str, Any] = {"default": dj_database_url.parse(ENV.database_url, conn_health_checks=True)}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": VAR / "portal.sqlite3"}}

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-8000; PRAGMA wal_autocheckpoint=8000;",
    }
    # A test database in a file, so that several threads of a live server see it.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "test.sqlite3")}
elif ENV.database_pool:
    _given: dict[str, Any] = DATABASES["default"].get("OPTIONS", {})
    DATABASES["default"]["OPTIONS"] = {
        **_given,
        # As many as gunicorn has threads, so that nobody waits for one but while the database is away: then not for long.
        # Whoever asks next tries again at once, because the pool's own tries come ever more rarely.
        "pool": {
            "min_size": 1,
            "max_size": 8,
            "timeout": 3,
            "reconnect_timeout": 2,
            "connection_class": BusyConnection,
        },
        # Of the few questions that are asked so (portal/lrs/together.py): planned once, whatever the values.
        "prepare_threshold": 1,
        "options": f"{_given.get('options', '')} -c plan_cache_mode=force_generic_plan".strip(),
    }

# --- tasks ----------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = ENV.celery_broker_url or "filesystem://localhost//"
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(VAR / "queue" / "messages"),
        "data_folder_out": str(VAR / "queue" / "messages"),
        "control_folder": str(VAR / "queue" / "control"),
        "processed_folder": str(VAR / "queue" / "processed"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
else:
    # Redis hands a message out again when it is not acknowledged in time: longer than the longest task.
    # Whoever hands work over while the broker is away waits for one attempt, not for several.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 3600,
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
        "max_retries": 0,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 1800
CELERY_TASK_SOFT_TIME_LIMIT = 1500
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TIMEZONE = "UTC"
# Wagtail's own small tasks (search index) run at once; nothing of the portal's uses this queue.
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend", "ENQUEUE_ON_COMMIT": False}}

# --- cache, sessions ------------------------------------------------------------------------------------------------
if ENV.cache_url:
    CACHES: dict[str, Any] = {
        "default": {
            "BACKEND": "portal.core.cache.ForgivingRedisCache",
            "LOCATION": ENV.cache_url,
            "KEY_PREFIX": "alara",
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CACHE_URL = ENV.cache_url  # empty where each process has a cache of its own
RATE_LIMIT_STORAGE = ENV.cache_url or "memory://"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 24 * 3600

# --- files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [ROOT / "portal" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
PRIVATE_ROOT = VAR / "private"
DISK_ALARM_PERCENT = ENV.disk_alarm_percent
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
if ENV.storage_bucket:
    _bucket: dict[str, Any] = {
        "bucket_name": ENV.storage_bucket,
        "endpoint_url": ENV.storage_endpoint or None,
        "region_name": ENV.storage_region or None,
        "access_key": ENV.storage_access_key.get_secret_value() or None,
        "secret_key": ENV.storage_secret_key.get_secret_value() or None,
        "default_acl": None,
        "file_overwrite": False,
    }
    _media: dict[str, Any] = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**_bucket, "location": "media"}}
    _private: dict[str, Any] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {**_bucket, "location": "private"},
    }
else:
    _media = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    _private = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    }
STORAGES = {
    "default": _media,
    "private": _private,  # certificates: handed out by a view that asks who is there, never by address
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Without a collected manifest (tests, a developer's run) files are served from where they lie.
WHITENOISE_USE_FINDERS = not ENV.production
WHITENOISE_ROOT = ROOT / "portal" / "site_files"  # what browsers ask for by fixed names: /favicon.ico
if not ENV.production:
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

# --- signatures of certificates -------------------------------------------------------------------------------------
SIGNING_KEY = ENV.signing_key
SIGNING_CERTIFICATES = ENV.signing_certificates
SIGNING_PASSWORD = ENV.signing_password.get_secret_value()
SIGNING_PKCS11_MODULE = ENV.signing_pkcs11_module
SIGNING_PKCS11_TOKEN = ENV.signing_pkcs11_token
SIGNING_PKCS11_LABEL = ENV.signing_pkcs11_label
SIGNING_FOLDER = VAR / "signing"
CREDENTIAL_KEY = ENV.credential_key
TIMESTAMP_URL = ENV.timestamp_url
TIMESTAMP_CERTIFICATES = ENV.timestamp_certificates
TIMESTAMP_USER = ENV.timestamp_user
TIMESTAMP_PASSWORD = ENV.timestamp_password.get_secret_value()
TIMESTAMP_SECONDS = ENV.timestamp_seconds
CERTIFICATES_KEPT_YEARS = ENV.certificates_kept_years
EXPIRY_REMINDER_DAYS = ENV.expiry_reminder_days
LINKS_KEPT_MONTHS = ENV.links_kept_months

# --- mail: every message is a row first (post_office), a task or the sweep sends it -----------------------------------
EMAIL_BACKEND = "portal.core.emails.Outbox"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENV.email_from
ADMINS = [("Operator", ENV.operator_email)] if ENV.operator_email else []
EMAIL_TIMEOUT = 15
EMAIL_FILE_PATH = VAR / "mail"
if ENV.email_url:
    _mail = urlsplit(ENV.email_url)
    EMAIL_HOST = _mail.hostname or "localhost"
    EMAIL_PORT = _mail.port or {"smtps": 465, "smtp+tls": 587}.get(_mail.scheme, 25)
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
    _mail_backend = "django.core.mail.backends.smtp.EmailBackend"
else:
    _mail_backend = "portal.core.mailbox.MailFolder"
POST_OFFICE = {
    "BACKENDS": {"default": _mail_backend},
    "DEFAULT_PRIORITY": "medium",
    "CELERY_ENABLED": False,  # portal.core.tasks.send_mail does it, and survives an absent broker
    "MAX_RETRIES": 8,
    "RETRY_INTERVAL": timedelta(minutes=5),
    "BATCH_SIZE": 100,
    "BATCH_DELIVERY_TIMEOUT": 120,
    "SENDING_ORDER": ["created"],
    "LOG_LEVEL": 1,
}

# --- accounts -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:start"
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "portal.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_FORMS = {"signup": "portal.accounts.forms.SignUpForm"}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = ENV.public_url.scheme
ALLAUTH_TRUSTED_PROXY_COUNT = ENV.proxy_count
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",  # key: account and place
    "login_account": "100/h/key",  # an account from all places
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,5/m/key",
    "confirm_email": "1/3m/key",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_ADAPTER = "portal.accounts.adapters.MfaAdapter"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENV.production
USERSESSIONS_TRACK_ACTIVITY = False
# Administrators, organisers and editors need a second factor.
MFA_REQUIRED = ENV.production

# --- languages ------------------------------------------------------------------------------------------------------
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Vienna"
LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("it", "Italiano"),
    ("pl", "Polski"),
]
WAGTAIL_I18N_ENABLED = True
FORMAT_MODULE_PATH = ["portal.config.formats"]
LOCALE_PATHS = [ROOT / "portal" / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True

# --- Wagtail --------------------------------------------------------------------------------------------------------
WAGTAILIMAGES_IMAGE_MODEL = "portal_cms.PortalImage"
WAGTAILDOCS_DOCUMENT_MODEL = "portal_cms.PortalDocument"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "key", "odt", "pdf", "pptx", "rtf", "txt", "xlsx", "zip"]
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []  # saved, never opened in the portal's name
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAILADMIN_COMMENTS_ENABLED = True
WAGTAIL_FRONTEND_LOGIN_URL = "/account/login/"
WAGTAILADMIN_LOGIN_URL = "account_login"
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []  # no request leaves for another host
WAGTAIL_CONTENT_TYPES_IN_MENU = False

# --- learning -------------------------------------------------------------------------------------------------------
XAPI_PLATFORM = "Alara Campus"
XAPI_BODY_LIMIT = 10 * 1024 * 1024
XAPI_BATCH_LIMIT = 1000

# --- security -------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = SITE_POLICY
CMS_CONTENT_SECURITY_POLICY = CMS_POLICY
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail's preview panel is a frame of our own
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False  # Wagtail's admin reads it
CSRF_FAILURE_VIEW = "portal.home.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
if ENV.production:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    if ENV.proxy_count:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- logs, errors ---------------------------------------------------------------------------------------------------
LOGGING = logs.configuration(level=ENV.log_level, readable=not ENV.production)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = "uuid"
if ENV.sentry_dsn:
    sentry_sdk.init(
        dsn=ENV.sentry_dsn,
        send_default_pii=False,
        max_request_body_size="never",
        include_local_variables=False,
        before_send=logs.scrubbed_report,
    )

# W019: frames of our own are needed by the CMS preview.
SILENCED_SYSTEM_CHECKS = ["security.W019"]
