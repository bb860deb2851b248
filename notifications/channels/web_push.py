"""Web Push: messages for browsers, each encrypted for its browser alone (RFC 8291) and signed with our key (RFC 8292).

A browser is a device of the push channel whose token is the JSON of its subscription.
"""

from __future__ import annotations

import json
import time
from functools import partial
from typing import Any

import requests
from django.conf import settings
from py_vapid import Vapid
from pywebpush import WebPusher

from notifications.channels.base import Message, Result, refused, sent, unknown
from notifications.channels.http import TIMEOUT_SECONDS, asked
from notifications.subscriptions import origin_of

GONE = "UNREGISTERED"
KEEP_SECONDS = 86_400
"""How long a push service keeps a message for a browser that is closed."""
SIGNED_SECONDS = 12 * 3600


def send(message: Message, token: str, title: str, body: str) -> Result:
    """Send to one browser; the topic makes a repeat replace the first.

    The fault of one push service is never the channel's: other browsers and apps have others.
    """
    content = {"title": title, "body": body, "url": message.link, "tag": message.uid, "lang": message.language}
    result = asked(partial(_post, json.loads(token), content), _judge)
    return Result(result.outcome, result.reason, retry_after=result.retry_after)


def _post(subscription: dict[str, Any], content: dict[str, str]) -> requests.Response:
    address = subscription["endpoint"]
    expires = int(time.time()) + SIGNED_SECONDS
    claims = {"sub": settings.WEB_PUSH["subject"], "aud": origin_of(address), "exp": expires}
    headers = {
        **Vapid.from_string(settings.WEB_PUSH["private_key"]).sign(claims),
        "Content-Encoding": "aes128gcm",
        "TTL": str(KEEP_SECONDS),
        "Topic": content["tag"].replace("-", ""),
        "Urgency": "high",
    }
    body = WebPusher(subscription).encode(json.dumps(content, ensure_ascii=False).encode())["body"]
    return requests.post(address, body, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False)


def _judge(response: requests.Response) -> Result:
    """Return what a push service's answer means."""
    if response.status_code in {200, 201, 202, 204}:
        return sent()
    if response.status_code in {404, 410}:
        return refused(GONE)
    said = f"{response.status_code} {response.text}"[:300]
    return refused(said) if 400 <= response.status_code < 500 else unknown(said)
