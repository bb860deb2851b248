"""The long races of tickets: thousands of contested requests, each by real threads on committed rows."""

GROUPS = {
    # name: (what it shows, the tests, what makes them long, how often they are run)
    "races": (
        "64 writers open 5,000 tickets; 200 rounds of two agents at one ticket; nothing lost, nothing doubled",
        ["tests/crosscut/test_races.py", "--timeout=1500"],
        {"SOAK": "1", "LOG_LEVEL": "WARNING"},
        1,
    ),
}
