"""Ask a report through each of its doors: the API, its page, the rows behind a figure."""

from __future__ import annotations

import re
from typing import Any

from tests.api import Api, data
from tests.tickets_admin.desk import Desk

PERIOD = ("2026-01-12", "2026-02-25")


def asked(client: Api, path: str, zone: str, **more: str) -> Any:
    """Return what the API answers about PERIOD."""
    given = {"startDate": PERIOD[0], "endDate": PERIOD[1], "timezone": zone, **more}
    return data(client.get(f"/support/reports/{path}?" + "&".join(f"{name}={value}" for name, value in given.items())))


def shown(user: Any, key: str, zone: str, **more: str) -> list[tuple[str, list[str]]]:
    """Return the tables of a report's page: each line's name and figures."""
    given = {"startDate": PERIOD[0], "endDate": PERIOD[1], "timezone": zone, **more}
    query = "&".join(f"{name}={value}" for name, value in given.items())
    html = Desk(user).client.get(f"/admin/reports/{key}?{query}").content.decode()
    found = []
    for name, cells in re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', html, re.S):
        found.append((name, [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", cells, re.S)]))
    return found


def behind(client: Api, key: str, zone: str, metric: str, **more: str) -> list[dict[str, Any]]:
    """Return the rows behind a figure, all pages of them."""
    rows: list[dict[str, Any]] = []
    for page in range(1, 9):
        found = asked(client, f"rows/{key}", zone, metric=metric, limit="100", page=str(page), **more)
        rows += found
        if len(found) < 100:
            break
    return rows
