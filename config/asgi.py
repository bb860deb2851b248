"""The ASGI application: HTTP by the bridge, sockets by Channels, side by side in one process."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.wsgi import get_wsgi_application

wsgi = get_wsgi_application()

from channels.routing import ProtocolTypeRouter

from config.http import bridge

application = ProtocolTypeRouter({"http": bridge(wsgi)})
