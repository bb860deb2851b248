"""The long run of notifications: a worker killed again and again, and no Redis for a minute."""

GROUPS = {
    # name: (what it shows, the tests, what makes them long, how often they are run)
    "notifications": (
        "more than 1,000 pending deliveries, the worker killed with -9 at 200 random moments; Redis away for a minute",
        ["tests/notifications/test_worker_faults.py", "tests/core/test_outages.py", "--timeout=3000"],
        {"NOTIFICATION_KILLS": "200", "SOAK": "1", "LOG_LEVEL": "WARNING"},
        1,
    ),
}
