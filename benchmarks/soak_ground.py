"""The long runs of the ground: numbers and chain under many writers, a long audit log, stores that come and go."""

GROUPS = {
    # name: (what it shows, the tests, what makes them long, how often they are run)
    "numbering": (
        "8 writers for 60 s: no deadlock, no hole in a room, the audit chain unbroken",
        ["tests/realtime/test_storm.py"],
        {"STORM_SECONDS": "60"},
        1,
    ),
    "audit": (
        "a log of 500,000 entries, verified",
        ["tests/audit/test_long_log.py"],
        {"AUDIT_ENTRIES": "500000"},
        1,
    ),
    "outages": (
        "Redis and PostgreSQL taken away and given back, 20 times",
        ["tests/core/test_outages.py"],
        {},
        20,
    ),
}
