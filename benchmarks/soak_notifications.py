"""The long run of notifications: a worker killed again and again."""

GROUPS = {
    # name: (what it shows, the tests, what makes them long, how often they are run)
    "notifications": (
        "more than 1,000 pending deliveries, the worker killed with -9 at 200 random moments",
        ["tests/notifications/test_worker_faults.py"],
        {"NOTIFICATION_KILLS": "200"},
        1,
    ),
}
