"""A mail server and a Firebase that take everything: a process of its own, so that it costs neither side its time.

Prints the mail server's port and Firebase's address, and ends when its input does.
"""

from __future__ import annotations

import sys

from tests.notifications.standins import smtp_server, web_server

if __name__ == "__main__":
    with smtp_server() as smtp, web_server(lambda request: (200, {}, {"name": "projects/standin/messages/1"})) as web:
        print(smtp.port, web.url, flush=True)
        sys.stdin.read()
