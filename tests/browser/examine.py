"""Find what keeps people out of a page: at both widths, and by axe at the width it was loaded at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# A language with a scheme, and the width at which pages are loaded before they are made as wide as the other.
LOOKS = [("ar", "light", 390), ("en", "dark", 1440)]
WIDTHS = (390, 1440)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The nodes that pass are many, and nobody reads them.
AXE = "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
# Things to press that are smaller than a finger, outside of running text and tables.
SMALL = """() => [...document.querySelectorAll(
  'button, .button, input[type=submit], input[type=text], input[type=email], select, summary, #nav a')]
  .filter(el => el.checkVisibility() && el.getBoundingClientRect().height < 43.5)
  .map(el => el.outerHTML.slice(0, 120))"""


def violations(page: Any, axe: str, where: str) -> Iterator[str]:
    """Yield what axe finds on the page as it is, with the nodes."""
    page.evaluate(axe)
    for found in page.evaluate(AXE, RULES)["violations"]:
        yield f"{where}: {found['id']}: {[node['html'][:160] for node in found['nodes']]}"


def faults(page: Any, axe: str, where: str) -> Iterator[str]:
    """Yield what axe finds, what runs over the side and what is too small for fingers, at both widths."""
    yield from violations(page, axe, where)
    loaded = page.viewport_size
    for width in sorted(WIDTHS, key=lambda width: width != loaded["width"]):
        page.set_viewport_size({**loaded, "width": width})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            yield f"{where}: wider than {width}"
        yield from (f"{where}: too small at {width}: {small}" for small in page.evaluate(SMALL))
    page.set_viewport_size(loaded)
