"""Figures of the sockets for Prometheus."""

from prometheus_client import Counter, Gauge

SOCKETS = Gauge("support_sockets", "Open sockets", ["kind"])
DELIVERED = Counter("support_events_delivered_total", "Events that a process brought to the members of a room")
RESETS = Counter("support_room_resets_total", "Rooms whose client had to fetch anew")
PAUSES = Counter("support_socket_pauses_total", "Readers too slow for what they were sent")
REPLAYED = Counter("support_events_replayed_total", "Events sent again to sockets that came back")
CHANGES = Counter(
    "support_socket_changes_total", "Changes asked for on sockets, by action and answer", ["action", "answer"]
)
CLOSED = Counter("support_sockets_closed_total", "Sockets we closed, by code", ["code"])
