"""Every setting of the project; each environment variable is read here and documented in docs/operations.md."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fontpkg_ibm_plex_sans_arabic import ROOT as FONTS
from redis.connection import parse_url

from config import embedded, secret_key
from config.env import Env, EnvError, postgres

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

# --- What this installation is -------------------------------------------------------------------------------------
DEBUG = env.boolean("DEBUG", False)
DEMO = env.boolean("DEMO", False)
DATA_DIR = env.path("DATA_DIR", BASE_DIR / "var")
HOST = env.text("HOST", "127.0.0.1")
PORT = env.integer("PORT", 3000, low=1, high=65535)
SITE_NAME_AR = env.text("SITE_NAME_AR", "مركز المساعدة")
SITE_NAME_EN = env.text("SITE_NAME_EN", "Help Center")
SITE_LOGO = env.text("SITE_LOGO")
SITE_URL = env.text("SITE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
API_PREFIX = env.text("API_PREFIX").strip("/")
SECURE = SITE_URL.startswith("https://")

# --- Stores: given by URL, else our own PostgreSQL and Valkey in DATA_DIR ------------------------------------------
_embedded = embedded.urls(DATA_DIR)
DATABASE_URL = env.text("DATABASE_URL", _embedded.database)
DATABASE_OWNER_URL = env.text(
    "DATABASE_OWNER_URL", DATABASE_URL if env.text("DATABASE_URL") else _embedded.database_owner
)
REDIS_URL = env.text("REDIS_URL", _embedded.redis)
try:
    REDIS_DATABASE: int = parse_url(REDIS_URL).get("db", 0)  # type: ignore[no-untyped-call]
except ValueError:
    raise EnvError("REDIS_URL must read like redis://host:6379/0") from None
EMBEDDED = {"database": not env.text("DATABASE_URL"), "redis": not env.text("REDIS_URL")}

# Without one, a trial makes its own in DATA_DIR; a public site may have many hosts, which must share theirs.
SECRET_KEY_GIVEN = bool(env.text("SECRET_KEY"))
if SECURE and not SECRET_KEY_GIVEN:
    raise EnvError("SECRET_KEY is required when SITE_URL is https: make one with `openssl rand -base64 48`")
SECRET_KEY = env.text("SECRET_KEY") or secret_key.kept_in(DATA_DIR)

WEB_THREADS = env.integer("WEB_THREADS", 8, low=1, high=256)
WEB_BACKLOG = env.integer("WEB_BACKLOG", 100, low=0, high=10_000)
# Requests long in coming that one address may have at once; the oldest gives way. Not counted behind a proxy.
WEB_SLOW_PER_ADDRESS = env.integer("WEB_SLOW_PER_ADDRESS", 50, low=1, high=10_000)
WEB_PROCESSES = env.integer("WEB_PROCESSES", 1, low=1, high=256)
WORKER_PROCESSES = env.integer("WORKER_PROCESSES", 2, low=1, high=256)
STATEMENT_TIMEOUT_SECONDS = env.integer("STATEMENT_TIMEOUT_SECONDS", 10, low=1, high=3600)
# How long a statement waits for a lock, and so a repeated request for the first one.
IDEMPOTENCY_WAIT_SECONDS = env.integer("IDEMPOTENCY_WAIT_SECONDS", 5, low=1, high=60)
MAX_BODY_BYTES = env.integer("MAX_BODY_BYTES", 2_621_440, low=65_536)
MAX_UPLOAD_BYTES = env.integer("MAX_UPLOAD_BYTES", 10 * 1024 * 1024, low=1024)
MAX_UPLOAD_FILES = env.integer("MAX_UPLOAD_FILES", 10, low=1, high=100)
# What a customer or guest may upload in one day of the site.
UPLOAD_QUOTA_BYTES = env.integer("UPLOAD_QUOTA_BYTES", 200 * 1024 * 1024, low=1024, high=2**50)
# The largest upload request: every file at its largest in base64, with room for names.
MAX_UPLOAD_BODY_BYTES = MAX_UPLOAD_FILES * (MAX_UPLOAD_BYTES * 4 // 3 + 4096)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
FILE_UPLOAD_PERMISSIONS = 0o600

DATABASES = {
    "default": {
        **postgres("DATABASE_URL", DATABASE_URL),
        "CONN_MAX_AGE": env.integer("CONN_MAX_AGE", 600),
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"]["OPTIONS"] = {
    "connect_timeout": 5,
    "application_name": "support",
    # Nothing is prepared by itself, only what asks for it (core.prepared); Django's own default is never.
    "prepare_threshold": sys.maxsize,
    **DATABASES["default"]["OPTIONS"],
    "options": (
        f"-c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s -c idle_in_transaction_session_timeout=60s"
        f" -c lock_timeout={IDEMPOTENCY_WAIT_SECONDS}s"
    ),
}
DATABASE_OWNER = postgres("DATABASE_OWNER_URL", DATABASE_OWNER_URL)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "support",
        "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2},
    }
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        # redis-py 8 gives every socket a 5 s timeout by default, which would cut idle subscribers.
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_timeout": None, "socket_connect_timeout": 2}],
            # What is published reaches every database of a Redis: installations that share one hear their own alone.
            "prefix": f"support{REDIS_DATABASE}",
        },
    }
}

# --- Apps and the way of a request ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    # Only there to run `runserver`; as a server it is a program of its own, and every other start does without.
    *(["daphne"] if "runserver" in sys.argv else []),
    "config",
    "backoffice.apps.BackOfficeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "channels",
    "corsheaders",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "core",
    "audit",
    "realtime",
    "notifications",
    "accounts",
    "uploads",
    "bot",
    "tickets",
    "chat",
    "reports",
    "portal",
    "widget",
    "backoffice",
]
MIDDLEWARE = [
    "core.middleware.RequestContextMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "backoffice.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "backoffice.context.site",
            ],
        },
    }
]
FORM_RENDERER = "core.form_renderer.FormRenderer"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
# The fonts of pages and documents, from their package.
STATICFILES_DIRS = [("fonts", FONTS / "files")]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# --- Files: a local folder or an S3 bucket, never public -----------------------------------------------------------
S3_BUCKET = env.text("S3_BUCKET")
_local_files = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": DATA_DIR / "files", "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
}
_s3_files = {
    "BACKEND": "uploads.bucket.BucketStorage",
    "OPTIONS": {
        "bucket_name": S3_BUCKET,
        "endpoint_url": env.text("S3_ENDPOINT_URL") or None,
        "region_name": env.text("S3_REGION") or None,
        "access_key": env.text("S3_ACCESS_KEY") or None,
        "secret_key": env.text("S3_SECRET_KEY") or None,
        "addressing_style": env.choice("S3_ADDRESSING_STYLE", "auto", ("auto", "path", "virtual")),
        "default_acl": None,
        "file_overwrite": True,
        "querystring_auth": True,
        "querystring_expire": 60,
    },
}
STORAGES = {
    "default": _s3_files if S3_BUCKET else _local_files,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# --- People --------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.CatalogueBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
PASSWORD_RESET_TIMEOUT = env.integer("PASSWORD_RESET_MINUTES", 60, low=5) * 60
# How long a customer's mailed sign-in link may be used.
SIGN_IN_LINK_MINUTES = env.integer("SIGN_IN_LINK_MINUTES", 15, low=1, high=1440)
# Whether staff may have a second factor, or must: without one, the back office shows only the page to set it up.
STAFF_SECOND_FACTOR = env.choice("STAFF_SECOND_FACTOR", "optional", ("optional", "required"))
OTP_TOTP_ISSUER = SITE_NAME_EN
# A code counts one step of 30 s before and after its own, by our clock; the window follows nobody's clock away.
OTP_TOTP_SYNC = False
LOGIN_URL = "admin:login"
SESSION_COOKIE_AGE = env.integer("SESSION_HOURS", 12, low=1) * 3600
SESSION_COOKIE_NAME = "support_session"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "support_csrf"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = False
CSRF_TRUSTED_ORIGINS = env.listed("CSRF_TRUSTED_ORIGINS", [SITE_URL])
CSRF_FAILURE_VIEW = "core.views.csrf_failure"

ACCESS_TOKEN_MINUTES = env.integer("ACCESS_TOKEN_MINUTES", 15, low=1)
REFRESH_TOKEN_DAYS = env.integer("REFRESH_TOKEN_DAYS", 30, low=1)
GUEST_TOKEN_HOURS = env.integer("GUEST_TOKEN_HOURS", 24, low=1)
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=ACCESS_TOKEN_MINUTES),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=REFRESH_TOKEN_DAYS),
    "SIGNING_KEY": SECRET_KEY,
    "ALGORITHM": "HS256",
    "USER_ID_CLAIM": "sub",
    "USER_ID_FIELD": "id",
    "UPDATE_LAST_LOGIN": False,
}

# --- The API -------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["core.api.permissions.DenyAll"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.formats.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.formats.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.problems.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Support API",
    "DESCRIPTION": "Tickets, chat, notifications and reports of the support system.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["core.api.permissions.Public"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": False,
    # One name for the same words, whether a form labels them or a filter only lists them.
    "ENUM_NAME_OVERRIDES": {
        "TicketStatus": "tickets.states.Status",
        "TicketStatusWord": "tickets.states.Status.values",
        "ChatStatus": "chat.states.Status",
        "ChatStatusWord": "chat.states.Status.values",
        "ChatEndedBy": "chat.states.EndedBy",
        "Availability": "accounts.models.Availability",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SORT_OPERATIONS": True,
    "POSTPROCESSING_HOOKS": [
        "realtime.openapi_events.add",
        "drf_spectacular.hooks.postprocess_schema_enums",
        "core.api.schema.close_forms",
    ],
    "PREPROCESSING_HOOKS": ["core.api.schema.ours"],
}
CORS_ALLOWED_ORIGINS = env.listed("CORS_ALLOWED_ORIGINS", [])
CORS_ALLOW_HEADERS = ["accept", "accept-language", "authorization", "content-type", "idempotency-key", "x-request-id"]
CORS_EXPOSE_HEADERS = ["retry-after", "x-request-id"]
CORS_URLS_REGEX = r"^/(?!admin).*$"
# How long one search may look through messages before it is refused as too broad.
SEARCH_MESSAGES_MS = env.integer("SEARCH_MESSAGES_MS", 220, low=10, high=10_000)
IDEMPOTENCY_KEEP_HOURS = env.integer("IDEMPOTENCY_KEEP_HOURS", 24, low=1)
RATES = {
    "sign_in": env.rate("RATE_SIGN_IN", "10/minute"),
    "sign_in_address": env.rate("RATE_SIGN_IN_ADDRESS", "60/minute"),
    "register": env.rate("RATE_REGISTER", "20/hour"),
    "guest": env.rate("RATE_GUEST", "60/hour"),
    "customer_token": env.rate("RATE_CUSTOMER_TOKEN", "1200/minute"),
    "password_reset": env.rate("RATE_PASSWORD_RESET", "5/hour"),
    "read": env.rate("RATE_READ", "600/minute"),
    "write": env.rate("RATE_WRITE", "120/minute"),
    "staff_read": env.rate("RATE_STAFF_READ", "3000/minute"),
    "staff_write": env.rate("RATE_STAFF_WRITE", "1200/minute"),
    "upload": env.rate("RATE_UPLOAD", "60/hour"),
    "transcript": env.rate("RATE_TRANSCRIPT", "5/hour"),
    "address": env.rate("RATE_ADDRESS", "6000/minute"),
}

# --- The seams: what lower apps learn of higher ones ---------------------------------------------------------------
# What refusals show of the present state: core.details.
DETAIL_FORMS = {
    "ticket": "tickets.queries.as_it_is",
    "ticket_messages": "tickets.queries.as_they_are",
    "chat_messages": "chat.queries.as_they_are",
}
REALTIME_EVENTS = [
    "accounts.event_forms.EVENTS",
    "realtime.event_forms.EVENTS",
    "notifications.events.EVENTS",
    "tickets.event_forms.EVENTS",
    "chat.event_forms.EVENTS",
    "reports.event_forms.EVENTS",
]
REALTIME_ROOMS = [
    "accounts.rooms.UserRoom",
    "tickets.rooms.TicketRoom",
    "tickets.rooms.TicketStaffRoom",
    "tickets.rooms.TicketQueueRoom",
    "chat.rooms.ChatRoom",
    "chat.rooms.ChatStaffRoom",
    "chat.rooms.ChatQueueRoom",
]
NOTIFICATION_KINDS = ["accounts.notices.KINDS", "tickets.notices.KINDS", "chat.notices.KINDS", "reports.notices.KINDS"]
ATTACHMENT_OWNERS = ["tickets.attachments.MESSAGE_FILES", "chat.attachments.CHAT_FILES"]
# What apps know of a person: given out and forgotten on request.
PERSONAL_DATA = ["notifications.personal_data.DATA"]
BOT_USAGE_COUNTER = "chat.queries.rule_usage"
BOT_WORKING_HOURS = "tickets.sla.hours.describe_in_both"
LINK_SIGNER = "uploads.links.signed_url"
AUDIT_VALUES = ["accounts.audit_words.VALUES", "tickets.audit_words.VALUES", "chat.audit_words.VALUES"]
# Tasks to be woken when rights, teams, availability or activity of an agent changed.
STAFF_CHANGED_TASKS = ["tickets.assigning.run.run_all", "chat.watch"]
REFUSAL_HOOK = "accounts.refusals.record_refusal"
SWEEPS = [
    "core.sweeps.idempotency_keys",
    "accounts.operations.send_password_resets",
    "accounts.operations.send_sign_in_links",
    "accounts.sweeps.old_rows",
    "uploads.sweeps.orphans",
    "tickets.search_text.recopy_changed",
    "tickets.sla.refresh.refresh_all",
    "tickets.assigning.run.run_all",
    "realtime.sweeps.old_events",
    "notifications.sweeps.old_rows",
    "reports.tasks.send_due_reports",
]
HEALTH_CHECKS = [
    "core.health.database",
    "core.health.migrations",
    "core.health.redis",
    "core.health.storage",
    "core.disk.temp",
    "core.disk.disk",
    "core.heartbeats.worker",
    "core.heartbeats.beat",
    "tickets.health.sla_monitor",
]
# Below so many bytes left on a disk that is written to, readiness is degraded.
DISK_FREE_BYTES = env.integer("DISK_FREE_BYTES", 1024**3, low=0)

# --- Realtime ------------------------------------------------------------------------------------------------------
REALTIME_ACTIONS = ["chat.sockets.SendMessage"]
REALTIME_AUTHENTICATOR = "accounts.realtime_auth.Authenticator"
# The rooms that hear who of the staff is here.
REALTIME_PRESENCE_ROOMS = ["queue:tickets", "queue:chats"]
REALTIME: dict[str, Any] = {
    "socketio": env.boolean("REALTIME_SOCKETIO", True),
    # Pages that may open a socket, beside our own: the same that may call the API.
    "origins": [SITE_URL, *CORS_ALLOWED_ORIGINS],
    "threads": env.integer("REALTIME_THREADS", 6, low=1, high=64),
    "reconcile_seconds": env.integer("REALTIME_RECONCILE_SECONDS", 3, low=1, high=60),
    "recheck_seconds": env.integer("REALTIME_RECHECK_SECONDS", 60, low=5, high=3600),
    "heartbeat_seconds": env.integer("REALTIME_HEARTBEAT_SECONDS", 25, low=1, high=300),
    "auth_seconds": env.integer("REALTIME_AUTH_SECONDS", 5, low=1, high=60),
    "keep_days": env.integer("REALTIME_KEEP_DAYS", 14, low=1, high=3650),
    "replay_page": env.integer("REALTIME_REPLAY_PAGE", 200, low=1, high=2000),
    "replay_max": env.integer("REALTIME_REPLAY_MAX", 2000, low=1, high=100_000),
    "frame_bytes": env.integer("REALTIME_FRAME_BYTES", 65_536, low=1024),
    "backlog_bytes": env.integer("REALTIME_BACKLOG_BYTES", 1_048_576, low=65_536),
    "slow_seconds": env.integer("REALTIME_SLOW_SECONDS", 30, low=1, high=600),
    "actions": env.integer("REALTIME_ACTIONS_PER_SECOND", 10, low=1),
    "actions_burst": env.integer("REALTIME_ACTIONS_BURST", 30, low=1),
    "typing_seconds": env.integer("REALTIME_TYPING_SECONDS", 2, low=0, high=60),
    "presence_grace_seconds": env.integer("REALTIME_PRESENCE_GRACE_SECONDS", 30, low=0, high=600),
    "rooms_per_socket": env.integer("REALTIME_ROOMS_PER_SOCKET", 200, low=2),
    "sockets_per_user": env.integer("REALTIME_SOCKETS_PER_USER", 20, low=1),
    "sockets_per_address": env.integer("REALTIME_SOCKETS_PER_ADDRESS", 100, low=1),
    # How long a socket without a place waits for one: those of a process that died are free after 4 s.
    "place_wait_seconds": env.integer("REALTIME_PLACE_WAIT_SECONDS", 5, low=0),
}

# --- Tickets -------------------------------------------------------------------------------------------------------
REOPEN_WINDOW_DAYS = env.integer("REOPEN_WINDOW_DAYS", 7, low=0, high=3650)
RATING_CHANGE_DAYS = env.integer("RATING_CHANGE_DAYS", 7, low=0, high=3650)

# --- Service levels ------------------------------------------------------------------------------------------------
SLA: dict[str, Any] = {
    # How often the monitor looks at what is due.
    "sweep_seconds": env.integer("SLA_SWEEP_SECONDS", 600, low=60, high=86_400),
    # After how many hours without activity a ticket counts as stuck.
    "stuck_hours": env.integer("SLA_STUCK_HOURS", 24, low=1, high=8760),
    # After how many days a customer is reminded of a pending ticket, each in turn; then it is resolved. 0 switches off.
    "reminder_days": env.integers("SLA_REMINDER_DAYS", (2, 5)),
    "resolve_days": env.integer("SLA_RESOLVE_PENDING_DAYS", 7, low=0, high=3650),
    # After how many days a resolved ticket is closed; 0 switches it off.
    "close_days": env.integer("SLA_CLOSE_RESOLVED_DAYS", 7, low=0, high=3650),
}

# --- Chat ----------------------------------------------------------------------------------------------------------
# How the shop's order ids look to the bot; bare numbers count only beside a word for order.
ORDER_ID_PATTERN = env.pattern("ORDER_ID_PATTERN", r"(?:[A-Za-z]{1,6}-?)?\d{3,18}(?:-\d{1,12})?")
CHAT: dict[str, int] = {
    # How many chats an agent has at a time.
    "capacity": env.integer("CHAT_CAPACITY", 4, low=1, high=100),
    # An agent without a socket: after how long his chats go back to the front of the queue.
    "agent_gone_seconds": env.integer("CHAT_AGENT_GONE_SECONDS", 60, low=1, high=86_400),
    # A customer without a socket: asked, then ended (as a ticket if nobody answered him).
    "customer_asked_seconds": env.integer("CHAT_CUSTOMER_ASKED_SECONDS", 300, low=1, high=86_400),
    "customer_ended_seconds": env.integer("CHAT_CUSTOMER_ENDED_SECONDS", 900, low=1, high=86_400),
    # How long somebody waits before he is offered a ticket.
    "offer_seconds": env.integer("CHAT_OFFER_SECONDS", 600, low=1, high=86_400),
    # Both there and nobody writes: warned, then ended.
    "idle_warned_seconds": env.integer("CHAT_IDLE_WARNED_SECONDS", 1200, low=1, high=604_800),
    "idle_ended_seconds": env.integer("CHAT_IDLE_ENDED_SECONDS", 1800, low=1, high=604_800),
    # A message that the bot owes an answer is looked at again after this long.
    "bot_retry_seconds": env.integer("CHAT_BOT_RETRY_SECONDS", 5, low=1, high=600),
    # How often one reader's mark is written.
    "read_seconds": env.integer("CHAT_READ_SECONDS", 2, low=0, high=60),
    "watch_seconds": env.integer("CHAT_WATCH_SECONDS", 10, low=1, high=60),
}

# --- The widget: what a page does not say by attributes of its own -----------------------------------------------
WIDGET: dict[str, Any] = {
    "title": (env.text("WIDGET_TITLE_AR", SITE_NAME_AR), env.text("WIDGET_TITLE_EN", SITE_NAME_EN)),
    "greeting": (
        env.text("WIDGET_GREETING_AR", "أهلًا بك، كيف يمكننا مساعدتك؟"),
        env.text("WIDGET_GREETING_EN", "Welcome. How can we help you?"),
    ),
    "color": env.text("WIDGET_COLOR", "#0a6b67"),
    # A greeting that comes by itself: after how long (0: never), and on which pages, by how their paths begin.
    "proactive_seconds": env.integer("WIDGET_PROACTIVE_SECONDS", 0, low=0, high=86_400),
    "proactive_pages": env.listed("WIDGET_PROACTIVE_PAGES", []),
    "proactive_text": (
        env.text("WIDGET_PROACTIVE_TEXT_AR", "هل تحتاج إلى مساعدة؟"),
        env.text("WIDGET_PROACTIVE_TEXT_EN", "Do you need any help?"),
    ),
}

# --- Reports -------------------------------------------------------------------------------------------------------
# Files of more tickets are made by the worker; smaller ones are streamed at once.
EXPORT_STREAM_ROWS = env.integer("EXPORT_STREAM_ROWS", 5000, low=0, high=100_000)

# --- Notifications -------------------------------------------------------------------------------------------------
NOTIFICATIONS: dict[str, Any] = {
    # What is older when the worker finds it is shown in the app alone.
    "max_age_hours": env.integer("NOTIFICATION_MAX_AGE_HOURS", 24, low=1, high=8760),
    # How long what comes one after the other in a conversation is gathered into one.
    "collect_seconds": {
        "email": env.integer("NOTIFICATION_COLLECT_EMAIL_SECONDS", 60, low=0, high=3600),
        "push": env.integer("NOTIFICATION_COLLECT_PUSH_SECONDS", 5, low=0, high=3600),
        "sms": env.integer("NOTIFICATION_COLLECT_SMS_SECONDS", 60, low=0, high=3600),
    },
    "sweep_seconds": env.integer("NOTIFICATION_SWEEP_SECONDS", 5, low=1, high=60),
    "keep_days": env.integer("NOTIFICATION_KEEP_DAYS", 90, low=1, high=3650),
    "devices_per_user": env.integer("NOTIFICATION_DEVICES_PER_USER", 20, low=1, high=1000),
}
# Where a customer reads a ticket or a chat; `{id}` and `{number}` stand for its own.
CUSTOMER_TICKET_URL = env.text("CUSTOMER_TICKET_URL", f"{SITE_URL}/help/tickets/{{number}}")
CUSTOMER_CHAT_URL = env.text("CUSTOMER_CHAT_URL", f"{SITE_URL}/help/chat")
# Push: the JSON file of a Firebase service account; off without it.
PUSH = {
    "service_account_file": env.text("FCM_SERVICE_ACCOUNT_FILE"),
    "project_id": env.text("FCM_PROJECT_ID"),
    "url": env.text("FCM_URL", "https://fcm.googleapis.com").rstrip("/"),
}
# Push for browsers without Firebase: our own key (`manage.py notifications push-key`); off without it. Messages go to
# these services alone, whatever address a browser names.
WEB_PUSH: dict[str, Any] = {
    "private_key": env.text("VAPID_PRIVATE_KEY"),
    "subject": env.text("VAPID_SUBJECT", SITE_URL),
    "services": env.listed(
        "WEB_PUSH_SERVICES",
        [
            "https://fcm.googleapis.com",
            "https://updates.push.services.mozilla.com",
            "https://web.push.apple.com",
            "https://*.push.apple.com",
            "https://*.notify.windows.com",
        ],
    ),
}
# SMS: an account of Unifonic; off without it.
SMS: dict[str, Any] = {
    "app_sid": env.text("UNIFONIC_APP_SID"),
    "sender_id": env.text("UNIFONIC_SENDER_ID"),
    "url": env.text("UNIFONIC_URL", "https://el.cloud.unifonic.com").rstrip("/"),
    "parts": env.integer("SMS_PARTS", 2, low=1, high=10),
}

# --- Background work -----------------------------------------------------------------------------------------------
CELERY = {
    "broker_url": f"redis+socket://{urlsplit(REDIS_URL).path}?virtual_host={REDIS_DATABASE}"
    if REDIS_URL.startswith("unix:")
    else REDIS_URL,
    "task_ignore_result": True,
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "worker_prefetch_multiplier": 1,
    "task_time_limit": 900,
    "task_soft_time_limit": 840,
    "broker_transport_options": {
        "visibility_timeout": 3600,
        "socket_timeout": 5,
        "socket_connect_timeout": 0.2,
        "retry_on_timeout": False,
    },
    "broker_connection_retry_on_startup": True,
    "task_default_queue": "support",
    "timezone": "UTC",
    "beat_max_loop_interval": 5,
    "beat_schedule": {
        "sweep": {"task": "core.sweep", "schedule": 60.0, "options": {"expires": 50}},
        "sla-monitor": {"task": "tickets.sla_monitor", "schedule": 60.0, "options": {"expires": 50}},
        "chat-watch": {
            "task": "chat.watch",
            "schedule": float(CHAT["watch_seconds"]),
            "options": {"expires": CHAT["watch_seconds"]},
        },
        "notifications": {
            "task": "notifications.sweep",
            "schedule": float(NOTIFICATIONS["sweep_seconds"]),
            "options": {"expires": 30},
        },
        "rollups": {"task": "reports.count_rollups", "schedule": 60.0, "options": {"expires": 50}},
        "exports": {"task": "reports.run_exports", "schedule": 30.0, "options": {"expires": 25}},
        "audit-anchor": {"task": "audit.anchor", "schedule": 60.0, "options": {"expires": 50}},
    },
}

# --- Mail ----------------------------------------------------------------------------------------------------------
EMAIL_HOST = env.text("EMAIL_HOST")
# Without a server, mail is written to a folder; without a server and a demo nobody would look there, and it is off.
EMAIL_BACKEND = (
    "notifications.channels.smtp.EmailBackend" if EMAIL_HOST else "notifications.channels.folder.EmailBackend"
)
EMAIL_IS_CONFIGURED = bool(EMAIL_HOST) or DEMO
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_PORT = env.integer("EMAIL_PORT", 587, low=1, high=65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", EMAIL_PORT == 587)
EMAIL_USE_SSL = env.boolean("EMAIL_USE_SSL", EMAIL_PORT == 465)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "support@localhost")

# --- Languages and time --------------------------------------------------------------------------------------------
LANGUAGE_CODE = env.choice("DEFAULT_LANGUAGE", "ar", ("ar", "en"))
LANGUAGES = [("ar", "العربية"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "support_language"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
# How dates read, alike in order in both languages.
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True
TIME_ZONE = env.text("TIME_ZONE", "Asia/Riyadh")

# --- Security ------------------------------------------------------------------------------------------------------
ALLOWED_HOSTS = env.listed(
    "ALLOWED_HOSTS", list({"127.0.0.1", "localhost", "[::1]", urlsplit(SITE_URL).hostname or ""})
)
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0, high=10)
METRICS_TOKEN = env.text("METRICS_TOKEN")
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = SECURE and env.boolean("SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
# Entering a domain in the browsers' preload list is its owner's decision and hard to undo.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- Logs and errors -----------------------------------------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = env.choice("LOG_FORMAT", "console" if sys.stderr.isatty() else "json", ("json", "console"))
LOGGING_CONFIG = "core.logs.configure"
LOGGING = {"level": LOG_LEVEL, "format": LOG_FORMAT}
SENTRY_DSN = env.text("SENTRY_DSN")
