"""Error reports to Sentry, only with a DSN."""

from django.conf import settings

if settings.SENTRY_DSN:
    import sentry_sdk

    sentry_sdk.init(dsn=settings.SENTRY_DSN, send_default_pii=False, traces_sample_rate=0)
