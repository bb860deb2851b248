"""The ASGI application: HTTP by the bridge, sockets by Channels, side by side in one process."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Loads the apps, which everything below needs.
wsgi = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402

from config.http import bridge  # noqa: E402
from config.routing import routes  # noqa: E402

application = routes(bridge(wsgi))

# The routes are imported now: the first requests of a process would all wait for it.
assert get_resolver().url_patterns

# What is loaded now stays for good. Going through it again for every wave of sockets or requests would hold all of
# them up for a tenth of a second each time.
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
