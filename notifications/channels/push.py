"""Push to every device of the recipient: apps through Firebase (HTTP v1, by pyfcm), browsers through Web Push."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from functools import partial
from typing import Any

import google.auth.exceptions
import requests
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from google.auth.transport.requests import Request
from google.oauth2 import service_account
from pyfcm import FCMNotification

from notifications.channels import web_push
from notifications.channels.base import Message, ProviderDown, Result, again, refused, sent, unknown
from notifications.channels.http import TIMEOUT_SECONDS, asked, json_of, words
from notifications.devices import devices_of, retire
from notifications.models import Device, Outcome, Platform
from notifications.subscriptions import public_key

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_GONE = {"UNREGISTERED", "SENDER_ID_MISMATCH"}


def is_configured() -> bool:
    return bool(settings.PUSH["service_account_file"]) or bool(public_key())


def missing() -> list[str]:
    """Return the settings that push still needs; one that names a file which cannot be read counts as missing."""
    file = settings.PUSH["service_account_file"]
    if file:
        return [] if os.access(file, os.R_OK) else ["FCM_SERVICE_ACCOUNT_FILE"]
    return [] if public_key() else ["FCM_SERVICE_ACCOUNT_FILE", "VAPID_PRIVATE_KEY"]


class Fcm(FCMNotification):  # type: ignore[misc]
    """pyfcm's payloads and one request a message, within time limits: it neither sleeps nor repeats as pyfcm would."""

    def __init__(self) -> None:
        file = settings.PUSH["service_account_file"]
        account = service_account.Credentials.from_service_account_file(  # type: ignore[no-untyped-call]
            file, scopes=[SCOPE]
        )
        super().__init__(credentials=account)
        project = settings.PUSH["project_id"] or account.project_id
        self.url = f"{settings.PUSH['url']}/v1/projects/{project}/messages:send"
        self.session = requests.Session()

    def sign_in(self) -> None:
        """Get an access token if there is none or it runs out soon; raises what google.auth raises."""
        if not self.credentials.valid:
            self.credentials.refresh(partial(Request(), timeout=TIMEOUT_SECONDS[1]))

    def send_request(self, payload: bytes, timeout: Any = None) -> requests.Response:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.credentials.token}"}
        response = self.session.post(self.url, data=payload, headers=headers, timeout=TIMEOUT_SECONDS)
        if response.status_code == 401:  # revoked before its time
            self.credentials.token = None
        return response


_kept = threading.local()


def _client() -> Fcm:
    """Return this thread's client: its access token serves for an hour."""
    if getattr(_kept, "file", None) != settings.PUSH:
        _kept.client, _kept.file = Fcm(), dict(settings.PUSH)
    return _kept.client


class Sender:
    """Sends to each device that has not got the message yet; the collapse key makes a repeat replace the first."""

    def __init__(self) -> None:
        self._fcm: Fcm | None = None

    def open(self) -> None:
        """Sign in at Firebase, where it is set up; raises ProviderDown, and browsers wait with the apps then."""
        if not settings.PUSH["service_account_file"]:
            return
        try:
            self._fcm = _client()
            self._fcm.sign_in()
        except (google.auth.exceptions.GoogleAuthError, OSError, ValueError) as error:
            raise ProviderDown(words(error)) from error

    def close(self) -> None:
        """Nothing: connections are kept for the next batch."""

    def send(self, message: Message) -> Result:
        devices = devices_of(message.recipient.pk)
        if not devices:
            return refused("This person has no device.")
        reached, failures = [], []
        for device in devices:
            if device.digest in message.reached or not self._is_on(device):
                continue
            result = self._send(message, device)
            if result.outcome == Outcome.SENT:
                reached.append(device.digest)
            elif result.reason in _GONE:
                retire(device.digest)
            else:
                failures.append(result)
            if result.provider_down:
                break
        return replace(_overall(failures, any_reached=bool(reached or message.reached)), reached=tuple(reached))

    def _is_on(self, device: Device) -> bool:
        return bool(public_key()) if device.platform == Platform.WEB_PUSH else self._fcm is not None

    def _send(self, message: Message, device: Device) -> Result:
        if device.platform == Platform.WEB_PUSH:
            return web_push.send(message, device.token, *_shown(message))
        return asked(partial(self._post, message, device.token), _judge)

    def _post(self, message: Message, token: str) -> requests.Response:
        assert self._fcm is not None
        return self._fcm.send_request(self._fcm.parse_payload(**_payload(message, token)))


def _overall(failures: list[Result], *, any_reached: bool) -> Result:
    """Return the result of a message to several devices: what may be tried again is, one that has it is enough."""
    open_ones = [result for result in failures if result.outcome != Outcome.REFUSED]
    if open_ones:
        return open_ones[0]
    if any_reached:
        return sent()
    return failures[0] if failures else refused("No device of this person takes messages any more.")


def _shown(message: Message) -> tuple[str, str]:
    """Return title and text of a push; a locked screen shows what was said only where its owner allowed it."""
    with translation.override(message.language):
        body = message.short if message.text_on_lock_screen else _("Open it to read more.")
    return message.subject[:200], body[:500]


def _payload(message: Message, token: str) -> dict[str, Any]:
    """Return pyfcm's arguments; every value of `data` is text."""
    title, body = _shown(message)
    return {
        "fcm_token": token,
        "notification_title": title,
        "notification_body": body,
        "data_payload": {name: str(value) for name, value in message.data.items()},
        "android_config": {"collapse_key": message.uid, "notification": {"tag": message.uid}},
        "apns_config": {"headers": {"apns-collapse-id": message.uid}},
        "webpush_config": {"headers": {"Topic": message.uid.replace("-", "")}, "notification": {"tag": message.uid}},
    }


def _judge(response: requests.Response) -> Result:
    """Return what FCM's answer means."""
    content = json_of(response)
    if response.status_code == 200:
        return sent() if content.get("name") else unknown(f"200 without a name: {response.text[:200]}")
    error = content.get("error") if isinstance(content.get("error"), dict) else {}
    details = [detail for detail in error.get("details", []) if isinstance(detail, dict)]
    code = next((str(detail["errorCode"]) for detail in details if "errorCode" in detail), str(error.get("status", "")))
    said = f"{response.status_code} {code} {error.get('message', response.text)}"[:300]
    if code in _GONE or (response.status_code == 404 and code in {"NOT_FOUND", ""}):
        return refused(code if code in _GONE else "UNREGISTERED")
    if response.status_code in {401, 403}:
        return again(said, provider_down=True)
    return refused(said) if 400 <= response.status_code < 500 else unknown(said)
