"""Settings of the site, read from the environment; every variable stands in `.env.example`."""

from pathlib import Path

import django_stubs_ext
import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from crm_site.schedule import CELERY_BEAT_SCHEDULE as CELERY_BEAT_SCHEDULE

django_stubs_ext.monkeypatch()  # generic Django classes may be subscripted at run time

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", default=False)
# The embedded start writes a random key into its data folder; a missing key must never become a guessable one.
SECRET_KEY = env.str("SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000")

# The product and the organisation
PRODUCT_NAME = env.str("PRODUCT_NAME", default="Guanxi CRM")
ORGANISATION_TIME_ZONE = env.str("ORGANISATION_TIME_ZONE", default="UTC")
BASE_CURRENCY = env.str("BASE_CURRENCY", default="EUR")
DEFAULT_PHONE_REGION = env.str("DEFAULT_PHONE_REGION", default="CN")

INSTALLED_APPS = [
    "crm_site.pages",
    "crm_site.local",
    "crm_site.demo",
    "crm_site.api",
    "crm_site.forms",
    "crm_site.imports",
    "crm_site.assignment",
    "crm_site.rules",
    "crm_site.notifications",
    "crm_site.mail",
    "crm_site.files",
    "crm_site.calendars",
    "crm_site.numbering",
    "crm_site.fields",
    "crm_site.history",
    "crm_site.jobs",
    "crm_site.events",
    "crm_site.staff",
    "customers",
    "sales",
    "service",
    "analytics",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "django_htmx",
    "template_partials",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_prometheus",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "crm_site.pages.requests.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm_site.history.origin.OriginMiddleware",
    "crm_site.pages.preferences.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "crm_site.urls"
WSGI_APPLICATION = "crm_site.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm_site.pages.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "crm_site.pages.forms.FormRenderer"

# Data
DATABASES = {"default": env.db("DATABASE_URL", default="postgres://crm@localhost/crm")}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
BEHIND_PGBOUNCER = env.bool("DATABASE_BEHIND_PGBOUNCER", default=False)
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = BEHIND_PGBOUNCER
# How pages talk to PostgreSQL. Their queries are done before helpers would have begun to help, and the other cores are
# for the other readers; the queries of workers run long enough. PgBouncer takes no such options: set them for the role.
WEB_DATABASE_OPTIONS = env.str(
    "WEB_DATABASE_OPTIONS", default="" if BEHIND_PGBOUNCER else "-c max_parallel_workers_per_gather=0"
)

# redis://host:6379/0 or, for the embedded start, unix:///path/to/socket
REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = ORGANISATION_TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 30}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"

# History: how long deleted records can come back, and how long changes are kept
TRASH_DAYS = env.int("TRASH_DAYS", default=30)
HISTORY_DAYS = env.int("HISTORY_DAYS", default=730)

# People
AUTH_USER_MODEL = "staff.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "crm_site.staff.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_RATE_LIMITS = {
    "login_failed": "5/5m/key,30/5m/ip",
    "login": "60/m/ip",
    "reset_password": "10/m/ip,3/5m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
USERSESSIONS_TRACK_ACTIVITY = False
PASSWORD_RESET_TIMEOUT = 3600 * 4

# Languages and zones
LANGUAGE_CODE = env.str("DEFAULT_LANGUAGE", default="en")
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = ORGANISATION_TIME_ZONE
USE_TZ = True

# Static files
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist")]
STATICFILES_STORAGE = env.str("STATICFILES_STORAGE", default="django.contrib.staticfiles.storage.StaticFilesStorage")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATICFILES_STORAGE},
}
del STATICFILES_STORAGE
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(BASE_DIR / ".local" / "media"))
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=2 * 1024**3)
FILE_MAX_BYTES = env.int("FILE_MAX_BYTES", default=25 * 1024**2)
# A virus scanner: clamd:///run/clamd.sock, clamd://host:3310, or a command that gets a path and answers 0 or 1.
FILE_SCANNER = env.str("FILE_SCANNER", default="")

# Mail
vars().update(env.email("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="crm@localhost")
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=30)
# Nothing leaves a copy that nobody has given a mail server: a restored backup, a developer's machine.
MAIL_SENDING = env.bool("MAIL_SENDING", default="console" not in vars()["EMAIL_BACKEND"])
MAIL_DAYS = env.int("MAIL_DAYS", default=180)
NOTIFICATION_DAYS = env.int("NOTIFICATION_DAYS", default=180)

# Team-chat robots: further hosts they may call, and hosts in the own network, which may speak plain HTTP.
ROBOT_SENDING = env.bool("ROBOT_SENDING", default=True)
ROBOT_HOSTS = env.list("ROBOT_HOSTS", default=[])
ROBOT_INSIDE_HOSTS = env.list("ROBOT_INSIDE_HOSTS", default=[])

# Web forms: what one sender, and everybody together, may post to one within ten minutes; hours that a link to confirm
# works (72 at most); days that spam and what was never confirmed are kept; further hosts that forms may lead to.
FORM_POSTS_PER_SENDER = env.int("FORM_POSTS_PER_SENDER", default=20)
FORM_POSTS_PER_FORM = env.int("FORM_POSTS_PER_FORM", default=600)
FORM_CONFIRM_HOURS = env.int("FORM_CONFIRM_HOURS", default=48)
FORM_DAYS = env.int("FORM_DAYS", default=30)
FORM_REDIRECT_HOSTS = env.list("FORM_REDIRECT_HOSTS", default=[])

# Safety
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
HTTPS = env.bool("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
CSRF_FAILURE_VIEW = "crm_site.pages.errors.csrf_failure"

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "crm_site.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["crm_site.api.permissions.ModulePermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["crm_site.api.parsing.RecordParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "crm_site.api.paging.KeysetPagination",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env.str("API_RATE", default="600/min")},
    "EXCEPTION_HANDLER": "crm_site.api.errors.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Guanxi CRM API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_NAME_OVERRIDES": {
        "CustomerKindEnum": "customers.choices.CustomerKind",
        "OrderKindEnum": "sales.choices.OrderKind",
        "SurveyKindEnum": "service.choices.SurveyKind",
    },
}

# Jobs: a run whose heartbeat is older than this is taken for dead.
JOB_HEARTBEAT_SECONDS = env.float("JOB_HEARTBEAT_SECONDS", default=3.0)
JOB_LOST_AFTER_SECONDS = env.float("JOB_LOST_AFTER_SECONDS", default=20.0)

PROMETHEUS_EXPORT_MIGRATIONS = False
LOGGING_CONFIG = "crm_site.lib.logs.configure"
LOGGING = {"json": env.bool("LOG_JSON", default=False), "level": env.str("LOG_LEVEL", default="INFO")}
SILENCED_SYSTEM_CHECKS = ["models.W042"]
