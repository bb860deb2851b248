"""The long runs of the socket: lossless delivery, access, noise, outages, two processes behind the proxy."""

_HERE = "tests/realtime"
_LONG = {"SOAK": "1"}

GROUPS = {
    # name: (what it shows, the tests, what makes them long, how often they are run)
    "realtime": (
        "clients cut, notifications lost and late, publishers killed, old cursors: nothing missing or doubled",
        [f"{_HERE}/test_lossless.py", f"{_HERE}/test_javascript_client.py", f"{_HERE}/test_retention.py"],
        _LONG,
        1,
    ),
    "realtime-access": (
        "tokens that end, rights lost under traffic, foreign rooms and origins; 20,000 frames of noise",
        [f"{_HERE}/test_access.py", f"{_HERE}/test_schema.py"],
        _LONG,
        1,
    ),
    "realtime-outages": (
        "Redis stopped for 60 s under load; readers asleep under 160 MB; processes told to go",
        [f"{_HERE}/test_outages.py"],
        _LONG,
        1,
    ),
    "realtime-proxy": (
        "both kinds of client through the shipped nginx, one of two web processes killed under load",
        [f"{_HERE}/test_proxy.py", f"{_HERE}/test_socketio.py"],
        _LONG,
        3,
    ),
    "presence": (
        "tabs, reloads and availability, 20 times",
        [f"{_HERE}/test_presence.py"],
        {},
        20,
    ),
}
