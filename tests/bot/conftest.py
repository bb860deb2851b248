"""A rule as an administrator writes one."""

import pytest

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
