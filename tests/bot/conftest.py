"""A rule as an administrator writes one."""

import pytest

from bot import answering

RULE = {
    "nameAr": "الإرجاع",
    "nameEn": "Returns",
    "triggerPatterns": ["إرجاع", "return policy", r"/\breturn(s|ed)?\b/"],
    "responseAr": "يمكنك الإرجاع خلال ١٤ يوماً.",
    "responseEn": "You can return within 14 days.",
    "priority": 30,
    "quickReplies": [{"labelAr": "موظف", "labelEn": "A person", "value": "person", "action": "handover"}],
}


@pytest.fixture
def rule():
    """A body that makes a rule; each test has its own."""
    return {name: list(value) if isinstance(value, list) else value for name, value in RULE.items()}


@pytest.fixture(autouse=True)
def nothing_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules are known by row, time and version, which tests that write past the operations repeat."""
    monkeypatch.setattr(answering, "_read", ({}, []))
