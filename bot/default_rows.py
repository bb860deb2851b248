"""The four rules that an installation begins with; they belong to its administrator from then on."""

from __future__ import annotations

from typing import Any

from bot.models import Rule
from core.default_rows import make_once

PERSON = {"labelAr": "التحدث مع موظف", "labelEn": "Talk to a person", "value": "person", "action": "handover"}
TICKET = {"labelAr": "فتح تذكرة", "labelEn": "Open a ticket", "value": "ticket", "action": "ticket"}
TRACK = {"labelAr": "تتبع الطلب", "labelEn": "Track my order", "value": "track_order", "action": "reply"}
HOURS = {"labelAr": "ساعات العمل", "labelEn": "Working hours", "value": "working_hours", "action": "reply"}

RULES: list[dict[str, Any]] = [
    {
        "name_ar": "ترحيب",
        "name_en": "Greeting",
        "priority": 10,
        "trigger_patterns": [
            "مرحبا", "مرحبتين", "اهلا", "اهلين", "هلا", "هاي", "السلام عليكم", "سلام", "صباح الخير", "مساء الخير",
            "hello", "hi", "hey", "salam", "good morning", "good afternoon", "good evening",
        ],
        "response_ar": "أهلًا {customer_name}، معك المساعد الآلي. كيف يمكنني مساعدتك؟",
        "response_en": "Hello {customer_name}, this is the automatic assistant. How can I help you?",
        "quick_replies": [TRACK, HOURS, PERSON],
    },
    {
        "name_ar": "تتبع الطلب",
        "name_en": "Order tracking",
        "priority": 20,
        "trigger_patterns": [
            "تتبع", "طلبي", "طلبيتي", "شحنتي", "رقم الطلب", "حالة الطلب", "وين الطلب", "اين الطلب", "متى يوصل",
            "متى توصل", "متى يصل", "track", "tracking", "my order", "order status", "order number",
            "where is the order",
            "my package", "my parcel", "my shipment", r"/^\W*(?:[a-z]{1,4}-?)?[1-9]\d{4,7}\W*$/",
        ],
        "response_ar": (
            "تجد حالة طلبك {order_id} وموعد وصوله في صفحة «طلباتي» في حسابك. "
            "وإن رغبت في أن يراجعه أحد موظفينا فاختر من الأسفل."
        ),
        "response_en": (
            "“My orders” in your account shows where your order {order_id} is and when it will arrive. "
            "If you would like one of us to look into it, choose below."
        ),
        "quick_replies": [PERSON, TICKET],
    },
    {
        "name_ar": "ساعات العمل",
        "name_en": "Working hours",
        "priority": 20,
        "trigger_patterns": [
            "ساعات العمل", "ساعات عملكم", "اوقات العمل", "اوقات عملكم", "مواعيد العمل", "الدوام", "دوامكم",
            "متى تفتحون",
            "متى تفتح", "متى تغلقون", "متى تقفلون", "متى تسكرون", "working hours", "work hours", "opening hours",
            "business hours", "office hours", "are you open", "when are you open", "when do you open",
            "what time do you open", "when do you close", "what time do you close",
        ],
        "response_ar": "ساعات عملنا: {working_hours}.",
        "response_en": "Our working hours: {working_hours}.",
        "quick_replies": [PERSON],
    },
    {
        "name_ar": "شكر",
        "name_en": "Thanks",
        "priority": 5,
        "trigger_patterns": [
            "شكرا", "مشكور", "مشكوره", "يعطيك العافيه", "جزاك الله خير", "جزاك الله خيرا", "thank you", "thanks",
            "thank u", "thx",
        ],
        "response_ar": "العفو {customer_name}، سعدنا بخدمتك. هل يمكننا مساعدتك في شيء آخر؟",
        "response_en": "You are welcome {customer_name}. Is there anything else we can help you with?",
        "quick_replies": [],
    },
]  # fmt: skip


def make_default_rows() -> None:
    """Give a new installation its rules."""
    make_once("bot.rules", lambda: Rule.objects.bulk_create(Rule(**values) for values in RULES))
