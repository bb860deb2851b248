"""HTTP under an ASGI server without Django's ASGI handler: one hop to a lasting thread (docs/adr/0001)."""

from core.bridge.app import HttpBridge, LoopRoute, Stats
from core.bridge.daphne_guard import guard_daphne
from core.bridge.limits import Limits
from core.bridge.refusals import ErrorBody, default_error_body

__all__ = ["ErrorBody", "HttpBridge", "Limits", "LoopRoute", "Stats", "default_error_body", "guard_daphne"]
