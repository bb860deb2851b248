"""The long runs of chats: races for the queue, the bot against people, sends over cut connections."""

GROUPS = {
    # name: (what it shows, the tests, what makes them long, how often they are run)
    "chat": (
        "50 agents race for 500 chats, 1,000 times bot against agent, 1,000 messages sent thrice over cut connections",
        ["tests/chat/test_races.py"],
        {"SOAK": "1"},
        1,
    ),
}
