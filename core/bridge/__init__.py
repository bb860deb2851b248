"""HTTP under an ASGI server without Django's ASGI handler: one hop to a lasting thread (docs/adr/0001)."""

from core.bridge.app import HttpBridge, LoopRoute, Stats
from core.bridge.guard import guard_daphne
from core.bridge.limits import Limits

__all__ = ["HttpBridge", "Limits", "LoopRoute", "Stats", "guard_daphne"]
