"""Every socket of the project, and what HTTP goes past the bridge, as a contents page."""

from collections.abc import Awaitable, Callable
from typing import Any

from channels.routing import ProtocolTypeRouter
from django.conf import settings

from core.bridge.body import with_body
from realtime.consumer import AdminConsumer, SupportConsumer

App = Callable[..., Awaitable[None]]
SOCKETIO = "/socket.io/"


def routes(http: App) -> App:
    """The ASGI application: HTTP by the bridge, sockets by Channels, Socket.IO beside both."""
    sockets: dict[str, App] = {"/support": SupportConsumer.as_asgi(), "/support/admin": AdminConsumer.as_asgi()}
    socketio: App | None = None
    if settings.REALTIME["socketio"]:
        from realtime.socketio import application

        socketio = application()

    async def by_http(scope: Any, receive: Any, send: Any) -> None:
        if socketio is not None and scope["path"].startswith(SOCKETIO):
            await socketio(scope, with_body(receive), send)
        else:
            await http(scope, receive, send)

    async def by_socket(scope: Any, receive: Any, send: Any) -> None:
        app = sockets.get(scope["path"].removesuffix("/"))
        if app is not None:
            await app(scope, receive, send)
        elif socketio is not None and scope["path"].startswith(SOCKETIO):
            await socketio(scope, receive, send)
        else:
            await send({"type": "websocket.close"})

    return ProtocolTypeRouter({"http": by_http, "websocket": by_socket})
