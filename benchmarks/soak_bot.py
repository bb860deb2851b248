"""The bot's worst: every evil pattern beside every evil text, alone and all together."""

GROUPS = {
    # name: (what it shows, the tests, what makes them long, how often they are run)
    "patterns": (
        "60 evil patterns and 60 evil texts, each pair and all patterns at once: every message within 200 ms",
        ["tests/bot/test_bounds.py"],
        {"SOAK": "1"},
        3,
    ),
}
