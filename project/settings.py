"""All settings. What an office may set comes from the environment through project/env.py; the rest is fixed, here and in
project/fixed.py.
"""

import os
from pathlib import Path
from typing import Any

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from project import embedded, env, keys, logins, logs, queues
from project.fixed import *  # noqa: F403
from project.fixed import TIME_ZONE

django_stubs_ext.monkeypatch()  # lets a field class take its types at run time, as in models.TextField[str, str]

BASE_DIR = Path(__file__).resolve().parent.parent

# --- what kind of place this is ---------------------------------------------------------------------------------------
VAR = env.folder("RELIEF_VAR", "folder of keys, files and the embedded database", default=BASE_DIR / "var")
_given = env.choice(
    "RELIEF_ENV",
    "demo: fictional people and a clock that can be moved; office: real use",
    default="",
    among=("demo", "office"),
    example="office",
)
KIND_FILE = VAR / "kind"
_stored = keys.kind(VAR)
if _given and _stored and _given != _stored:
    raise env.WrongSetting(
        "RELIEF_ENV", f"is {_given} but {VAR} was set up as {_stored}: choose another RELIEF_VAR, or leave it", _stored
    )
RELIEF_ENV = _given or _stored or "demo"
DEBUG = env.flag("RELIEF_DEBUG", "Django's error pages for a developer; refused in an office", default=False)
if DEBUG and RELIEF_ENV == "office":
    raise env.must("RELIEF_DEBUG", "shows the data of people to anyone and is refused when RELIEF_ENV=office")

BIND = env.listening("RELIEF_BIND", "address the web server listens on", default="127.0.0.1")
PORT = env.whole("RELIEF_PORT", "port the web server listens on", default=8000, least=1, most=65535)
HOSTS = env.hosts("RELIEF_HOSTS", "names under which the site is reached", example="relief.example.org")
if HOSTS and "*" in HOSTS and RELIEF_ENV == "office":
    raise env.must("RELIEF_HOSTS", "must name the site and not be * when RELIEF_ENV=office")
ALLOWED_HOSTS = [*(HOSTS or []), "localhost", "127.0.0.1", "[::1]"]
HTTPS = env.flag("RELIEF_HTTPS", "the site is reached through https (default: yes in an office with RELIEF_HOSTS)")
if HTTPS is None:
    HTTPS = RELIEF_ENV == "office" and bool(HOSTS)
WEB_WORKERS = env.whole("RELIEF_WEB_WORKERS", "web processes", default=2, least=1, most=64)
WEB_THREADS = env.whole("RELIEF_WEB_THREADS", "threads of a web process", default=4, least=1, most=64)
JOB_WORKERS = env.whole("RELIEF_JOB_WORKERS", "processes for background work", default=1, least=1, most=64)
READY_PATIENCE = env.whole(
    "RELIEF_READY_PATIENCE",
    "seconds that outgoing work or a timer may be late before /health/ready says 503",
    default=60,
    least=10,
    most=86400,
)
KEEP_DAYS = env.whole(
    "RELIEF_KEEP_DAYS",
    "days for which finished background work, answers to repeated requests, periodic runs and used messages are kept",
    default=180,
    least=30,
    most=3650,
)
UNUSED_DAYS = env.whole(
    "RELIEF_UNUSED_DAYS",
    "days for which a message of another system waits for its case, RELIEF_KEEP_DAYS at least",
    default=730,
    least=30,
    most=3650,
)
ADMIN_NAME = env.text("RELIEF_ADMIN_NAME", "first administrator of an empty office", example="admin")
ADMIN_PASSWORD = env.text(
    "RELIEF_ADMIN_PASSWORD", "password of that administrator", example="<10 or more characters>", least=10
)

# --- databases: `default` is the application role, `owner` migrates, `sealer` seals, `inspector` only reads -----------
_app = env.database(
    "DATABASE_URL",
    "database of the application role; unset: the embedded server",
    example="postgresql://relief_app:secret@db/relief",
)
_owner = env.database(
    "DATABASE_OWNER_URL",
    "the same database for the role that migrates",
    example="postgresql://relief_owner:secret@db/relief",
)
_sealer = env.database(
    "DATABASE_SEALER_URL",
    "the same database for the role that seals history; only where the sealer runs and at set-up",
    example="postgresql://relief_sealer:secret@db/relief",
)
_inspector = env.database(
    "DATABASE_INSPECTOR_URL",
    "the same database for the role that only reads",
    example="postgresql://relief_inspector:secret@db/relief",
)
logins.agree(_app, {"DATABASE_OWNER_URL": _owner, "DATABASE_SEALER_URL": _sealer, "DATABASE_INSPECTOR_URL": _inspector})
EMBEDDED = embedded.Server(VAR) if _app is None or _owner is None else None
APP_DATABASE: env.Database = _app or embedded.Server(VAR).database("app")
OWNER_DATABASE: env.Database = _owner or embedded.Server(VAR).database("owner")
INSPECTOR_DATABASE: env.Database = _inspector or embedded.Server(VAR).database("inspector")
SEALER_DATABASE: env.Database | None = _sealer or (embedded.Server(VAR).database("sealer") if EMBEDDED else None)
LOGINS = (APP_DATABASE, OWNER_DATABASE, INSPECTOR_DATABASE, SEALER_DATABASE)

DATABASES = {
    "default": logins.connection(APP_DATABASE),
    "owner": logins.connection(OWNER_DATABASE),
    "inspector": logins.reading(INSPECTOR_DATABASE),
}
if SEALER_DATABASE:
    DATABASES["sealer"] = logins.connection(SEALER_DATABASE)
DATABASE_ROUTERS = ["project.databases.OwnerMigrates", "project.databases.InspectorReads"]
INSPECTOR_ALIAS = "inspector"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- keys ---------------------------------------------------------------------------------------------------------------
_secret_key = env.text("RELIEF_SECRET_KEY", "signs sessions and links", example="<64 random characters>", least=50)
_field_keys = env.keyring("RELIEF_FIELD_KEYS", "seal sensitive columns; the first is current")
_index_key = env.key("RELIEF_INDEX_KEY", "finds sealed values again")
KEYS_GIVEN = {
    name
    for name, value in {
        "RELIEF_SECRET_KEY": _secret_key, "RELIEF_FIELD_KEYS": _field_keys, "RELIEF_INDEX_KEY": _index_key
    }.items()
    if value
}  # fmt: skip
if EMBEDDED is None and RELIEF_ENV == "office":
    for _name in keys.FILES:
        if _name not in KEYS_GIVEN and not (VAR / keys.FILES[_name]).exists():
            raise env.must(_name, "is not set; an office on its own database server must bring its keys")
SECRET_KEY: str = _secret_key or keys.read(VAR, "keys/secret_key", env.parse_secret)
FIELD_KEYS: dict[str, bytes] = _field_keys or keys.read(VAR, "keys/field_keys", env.parse_keyring)
INDEX_KEY: bytes = _index_key or keys.read(VAR, "keys/index_key", env.parse_key)
SEAL_KEY_FILE = env.file(
    "RELIEF_SEAL_KEY_FILE",
    "private keys that sign the roots of history; only where the sealer runs",
    default=VAR / "keys" / "seal_key",
    example="/etc/relief/seal_key",
)

# --- applications -------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "project",
    "cases.admin_config.ReliefAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
    "csp",
    "viewflow.workflow",
    "cases",
    "workflows",
]
MIDDLEWARE = [
    "project.middleware.request_context",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "project.middleware.private_answers",
    "django.contrib.messages.middleware.MessageMiddleware",
    "cases.access.middleware.posts_once",
    "cases.access.middleware.sign_in_guard",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "cases.middleware.RefusalMiddleware",
    "project.middleware.plain_text",
]
ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
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
                "project.context.kit",
            ]
        },
    }
]
FORM_RENDERER = "project.forms.ReliefRenderer"

# --- words every page carries -------------------------------------------------------------------------------------------
RELIEF_DEMO = RELIEF_ENV == "demo"
_said = keys.office_words(VAR)
_brand = env.text(
    "RELIEF_BRAND_NAME", "name of the office on every page and letter", example="某某人道救助"
) or _said.get("RELIEF_BRAND_NAME")
_phone = env.text("RELIEF_HELP_PHONE", "help line on every page and letter", example="0951-0000000") or _said.get(
    "RELIEF_HELP_PHONE"
)
_hours = env.text("RELIEF_HELP_HOURS", "hours of the help line", example="工作日 9:00-17:00") or _said.get(
    "RELIEF_HELP_HOURS"
)
BRAND_NAME = _brand or (_("人道救助申请（演示）") if RELIEF_DEMO else _("人道救助申请"))
HELP_PHONE = _phone or ("000-0000-0000" if RELIEF_DEMO else "")
HELP_HOURS = _hours or (_("工作日 9:00 到 17:00") if RELIEF_DEMO else "")
OFFICE_WORDS: dict[str, str | None] = {
    "RELIEF_BRAND_NAME": _brand,
    "RELIEF_HELP_PHONE": _phone,
    "RELIEF_HELP_HOURS": _hours,
}

# --- sign-in ------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "cases.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
STAFF_MFA_REQUIRED = env.flag("RELIEF_STAFF_MFA", "office staff need a second factor (default: yes in an office)")
if STAFF_MFA_REQUIRED is None:
    STAFF_MFA_REQUIRED = RELIEF_ENV == "office"
if not STAFF_MFA_REQUIRED and RELIEF_ENV == "office":
    raise env.must("RELIEF_STAFF_MFA", "must not be switched off when RELIEF_ENV=office")

# --- text messages --------------------------------------------------------------------------------------------------------
SMS_BACKEND = "demo" if RELIEF_ENV == "demo" else "gateway"
SMS_GATEWAY_URL = env.address(
    "SMS_GATEWAY_URL", "takes text messages as JSON by POST; unset: nobody can sign in by phone",
    example="https://sms.example.org/send", schemes=("https", "http"),
)  # fmt: skip
SMS_GATEWAY_TOKEN = env.text("SMS_GATEWAY_TOKEN", "sent to the gateway as a bearer token", example="<token>") or ""

# --- language and time --------------------------------------------------------------------------------------------------
LOCALE_PATHS = [BASE_DIR / "project" / "locale"]

# --- static files and files of people -----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "project" / "static"]
STORAGES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": VAR / "files",
            "base_url": None,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_MAX_BYTES = (
    1024
    * 1024
    * env.whole("RELIEF_FILE_MB", "largest photo or PDF that is taken in, in megabytes", default=15, least=1, most=100)
)

# --- browser ------------------------------------------------------------------------------------------------------------
CSRF_FAILURE_VIEW = "project.faults.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in HOSTS or [] if host != "*"] if HTTPS else []
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- API ----------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["workflows.api_frame.PlainJSON"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["workflows.api_frame.Session"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "EXCEPTION_HANDLER": "workflows.api_frame.answer_fault",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Relief case approval",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
}

# --- shared counters: limits on wrong sign-ins and lookups count once for all web processes -----------------------------
_cache = env.address(
    "CACHE_URL",
    "counters that all web processes share; unset: a folder under RELIEF_VAR, which serves one machine",
    example="redis://127.0.0.1:6379/1",
    schemes=("redis", "rediss"),
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache" if _cache else "project.cache.FolderCache",
        "LOCATION": _cache or str(VAR / "cache"),
    }
}

# --- background work: the outbox rows are the truth, the broker only rings ------------------------------------------------
_broker = env.address(
    "BROKER_URL",
    "message broker; unset: a folder under RELIEF_VAR",
    example="redis://127.0.0.1:6379/0",
    schemes=("redis", "rediss", "amqp", "amqps", "filesystem"),
)
CELERY_BROKER_URL = _broker or "filesystem://localhost"
BROKER_FOLDER = VAR / "broker"
_broker_scheme = CELERY_BROKER_URL.split(":", 1)[0]
# max_retries: who rings at a broker that is away does not wait for it; the clock rings again
_broker_options: dict[str, dict[str, Any]] = {
    "filesystem": {
        "data_folder_in": str(BROKER_FOLDER / "messages"),
        "data_folder_out": str(BROKER_FOLDER / "messages"),
        "control_folder": str(BROKER_FOLDER / "control"),
        "processed_folder": str(BROKER_FOLDER / "processed"),
        "store_processed": True,
        "polling_interval": 0.1,
    },
    "redis": {"visibility_timeout": 300, "max_retries": 0},
    "rediss": {"visibility_timeout": 300, "max_retries": 0},
    "amqp": {"confirm_publish": True, "max_retries": 0},
    "amqps": {"confirm_publish": True, "max_retries": 0},
}
CELERY_BROKER_TRANSPORT_OPTIONS = _broker_options[_broker_scheme]
CELERY_TASK_DEFAULT_QUEUE = "relief"
CELERY_TASK_QUEUES = queues.all_of(CELERY_TASK_DEFAULT_QUEUE, quorum=_broker_scheme.startswith("amqp"))
if _broker_scheme.startswith("amqp"):
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
    CELERY_WORKER_DETECT_QUORUM_QUEUES = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = JOB_WORKERS
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_PUBLISH_RETRY = False

# --- logs ---------------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.choice(
    "RELIEF_LOG_LEVEL",
    "least level that is written (default: INFO in an office, WARNING in a demonstration)",
    default="INFO" if RELIEF_ENV == "office" else "WARNING",
    among=("DEBUG", "INFO", "WARNING", "ERROR"),
)
LOG_FORMAT = env.choice("RELIEF_LOG_FORMAT", "form of a log line", default="console", among=("console", "json"))
METRICS_TOKEN = env.text(
    "RELIEF_METRICS_TOKEN",
    "whoever shows it reads the numbers at /metrics (unset: there is no such page)",
    example="<32 random characters>",
    least=20,
)
METRICS_FOLDER = VAR / "metrics" if METRICS_TOKEN else None
if METRICS_FOLDER:  # before the library is first imported: it reads the folder then
    METRICS_FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_FOLDER)
LOGGING = logs.configure(level=LOG_LEVEL, form=LOG_FORMAT)
