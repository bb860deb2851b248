"""The demo shop: what it sells and where, its categories, teams and ready answers."""

from __future__ import annotations

from typing import Any, NamedTuple


class Named(NamedTuple):
    """A name in both languages."""

    ar: str
    en: str

    def in_(self, language: str) -> str:
        return self.ar if language == "ar" else self.en


class Product(NamedTuple):
    """Something sold; `price` in riyals, VAT included."""

    code: str
    name: Named
    price: int
    kind: str = "phone"


TEAMS = {
    "sales": Named("المبيعات والطلبات", "Sales and orders"),
    "technical": Named("الدعم الفني", "Technical support"),
    "returns": Named("المرتجعات", "Returns"),
}
# Keyed by the word that topics use; the third is the parent.
CATEGORIES: dict[str, tuple[Named, str]] = {
    "orders_all": (Named("الطلبات والتوصيل", "Orders and delivery"), ""),
    "orders": (Named("تعديل الطلب والعروض", "Order changes and offers"), "orders_all"),
    "delivery": (Named("التوصيل والشحن", "Delivery"), "orders_all"),
    "wrong_item": (Named("منتج ناقص أو مختلف", "Wrong or missing item"), "orders_all"),
    "sales": (Named("استفسارات ما قبل الشراء", "Questions before buying"), "orders_all"),
    "devices": (Named("الأجهزة والصيانة", "Devices and repair"), ""),
    "screens": (Named("الشاشات والأضرار", "Screens and damage"), "devices"),
    "battery": (Named("البطارية والشحن", "Battery and charging"), "devices"),
    "software": (Named("النظام والشرائح والإعداد", "Software, SIM and setup"), "devices"),
    "accessories": (Named("السماعات والملحقات", "Earbuds and accessories"), "devices"),
    "warranty": (Named("الضمان", "Warranty"), "devices"),
    "money": (Named("المدفوعات والفواتير", "Payments and invoices"), ""),
    "payment": (Named("الدفع والتقسيط", "Payment and instalments"), "money"),
    "refunds": (Named("استرداد المبالغ", "Refunds"), "money"),
    "invoices": (Named("الفواتير الضريبية", "Tax invoices"), "money"),
    "trade_in": (Named("استبدال الأجهزة القديمة", "Trade-in"), ""),
}


class Promise(NamedTuple):
    """A service level policy; targets are hours from low to urgent. Without categories it is the default one."""

    name: Named
    categories: tuple[str, ...]
    first_response: tuple[float, float, float, float]
    resolution: tuple[float, float, float, float]
    around_the_clock: bool = False


POLICIES = (
    Promise(Named("المدفوعات", "Payments"), ("payment", "refunds", "invoices"), (4, 2, 1, 0.5), (16, 12, 8, 4)),
    # Of the urgent ticket that nobody has taken, opened 1.3 hours ago, the warning has come and the miss is near.
    Promise(Named("البطاريات", "Batteries"), ("battery",), (24, 12, 6, 1.5), (96, 72, 48, 24), around_the_clock=True),
    Promise(Named("كل التذاكر", "All tickets"), (), (8, 4, 2, 1), (40, 24, 16, 8)),
)
PRODUCTS = (
    Product("RML-7PRO", Named("رمال 7 برو", "Rimal 7 Pro"), 3899),
    Product("RML-7", Named("رمال 7", "Rimal 7"), 2799),
    Product("SQR-S10", Named("صقر S10", "Saqr S10"), 3299),
    Product("WHJ-A3", Named("وهج A3", "Wahj A3"), 1199),
    Product("NJM-LITE", Named("نجم لايت", "Najm Lite"), 699),
    Product("SQR-TAB8", Named("صقر تاب 8", "Saqr Tab 8"), 1899, "tablet"),
    Product("RML-BUDS2", Named("سماعات رمال 2", "Rimal Buds 2"), 449, "earbuds"),
)
OLD_PRODUCTS = (Named("رمال 5", "Rimal 5"), Named("صقر S8", "Saqr S8"), Named("وهج A1", "Wahj A1"))
COLOURS = (Named("الأسود", "black"), Named("الأزرق", "blue"), Named("الفضي", "silver"), Named("الأخضر", "green"))
# A city and the shop's branch in it.
CITIES = (
    (Named("الرياض", "Riyadh"), Named("العليا", "Olaya")),
    (Named("جدة", "Jeddah"), Named("التحلية", "Tahlia")),
    (Named("الدمام", "Dammam"), Named("الشاطئ", "Corniche")),
    (Named("المدينة المنورة", "Madinah"), Named("قباء", "Quba")),
    (Named("أبها", "Abha"), Named("المنسك", "Mansak")),
    (Named("الرياض", "Riyadh"), Named("غرناطة", "Granada")),
)
CARDS = (Named("مدى", "mada"), Named("فيزا", "Visa"), Named("ماستركارد", "Mastercard"))
COMPANIES = (
    Named("الأفق الحديث", "Modern Horizon"),
    Named("ركن التقنية", "Tech Corner"),
    Named("نخيل نجد", "Najd Palms"),
)
CODES = ("SALE15", "PHONE50", "WELCOME10")

# shortcut: (titles, Arabic text, English text)
# A name, and what the macro says and changes.
MACROS: list[tuple[Named, dict[str, Any]]] = [
    (
        Named("طلب صور وانتظار العميل", "Ask for photos and wait"),
        {
            "reply_ar": "أهلًا بك {customer_name}، نرجو إرفاق صورة واضحة للجهاز وأخرى لملصق العلبة.",
            "reply_en": "Hello {customer_name}, please send us a picture of the phone and of the label on its box.",
            "status": "pending",
            "holder": "me",
        },
    ),
    (
        Named("حُلّت: أُرسل البديل", "Resolved: replacement sent"),
        {
            "reply_ar": "أرسلنا الجهاز البديل اليوم، وستصلك رسالة برقم الشحنة. شكرًا لصبرك.",
            "reply_en": "The replacement left today; you will get its tracking number. Thank you for your patience.",
            "status": "resolved",
            "tags": ["replacement"],
        },
    ),
    (Named("عاجلة للفريق", "Urgent for the team"), {"priority": 4, "holder": "nobody"}),
]
CANNED: dict[str, tuple[Named, str, str]] = {
    "hello": (
        Named("ترحيب", "Greeting"),
        "أهلًا بك {customer_name}،\n\nشكرًا لتواصلك مع {site_name}. معك {agent_name}، وسأتابع تذكرتك {ticket_number}.",
        "Hello {customer_name},\n\nThank you for contacting {site_name}. I'm {agent_name} and will look after your "
        "ticket {ticket_number}.",
    ),
    "order-number": (
        Named("طلب رقم الطلب", "Ask for the order number"),
        "{customer_name}، حتى نتمكن من مساعدتك نرجو تزويدنا برقم الطلب كما يظهر في رسالة التأكيد.",
        "{customer_name}, so that we can help, please send us the order number from your confirmation message.",
    ),
    "photo": (
        Named("طلب صور", "Ask for photos"),
        "نرجو إرفاق صورة واضحة للجهاز وصورة لملصق العلبة يظهر فيه الرقم التسلسلي (IMEI).",
        "Please attach a clear photo of the device and one of the label on the box that shows the IMEI.",
    ),
    "courier": (
        Named("متابعة مع شركة الشحن", "Following up with the courier"),
        "تواصلنا مع شركة الشحن بخصوص الطلب {order_id}، وسنوافيك بالمستجدات خلال يوم عمل.",
        "We have asked the courier about order {order_id} and will be back with news within one working day.",
    ),
    "refund-time": (
        Named("مدة استرداد المبلغ", "How long a refund takes"),
        "اعتُمد رد المبلغ للطلب {order_id}، ويظهر في حسابك خلال 5 إلى 10 أيام عمل بحسب البنك.",
        "The refund for order {order_id} has been approved and should show in your account within 5 to 10 working "
        "days, depending on your bank.",
    ),
    "warranty": (
        Named("شروط الضمان", "Warranty terms"),
        "يشمل الضمان عيوب التصنيع مدة سنتين من تاريخ الفاتورة، ولا يشمل الكسر والسوائل إلا مع خدمة الحماية الإضافية.",
        "The warranty covers manufacturing faults for two years from the date of the invoice. Drops and liquids are "
        "covered only by the additional protection plan.",
    ),
    "return": (
        Named("خطوات الإرجاع", "How to return"),
        "يمكنك الإرجاع خلال 7 أيام من الاستلام والجهاز بحالته الأصلية. سيتواصل معك المندوب لتحديد موعد الاستلام.",
        "You can return your order within 7 days of delivery, in its original condition. The driver will contact you "
        "to arrange a pick-up.",
    ),
    "vat": (
        Named("بيانات الفاتورة الضريبية", "Details for a tax invoice"),
        "لإصدار الفاتورة الضريبية نحتاج إلى اسم المنشأة والرقم الضريبي (15 رقمًا) والعنوان الوطني المختصر.",
        "For a tax invoice we need the name of the company, its 15-digit VAT number and its short national address.",
    ),
    "backup": (
        Named("نسخة احتياطية قبل الصيانة", "Backup before a repair"),
        "قبل تسليم الجهاز نرجو أخذ نسخة احتياطية وتسجيل الخروج من الحساب وإزالة الشريحة.",
        "Before you hand the device in, please make a backup, sign out of your account and remove the SIM card.",
    ),
    "solved": (
        Named("تأكيد الحل", "Confirm the solution"),
        "سعدنا بخدمتك {customer_name}. نعتبر التذكرة {ticket_number} محلولة، ويكفي الرد عليها خلال 7 أيام إن احتجت "
        "إلى المزيد.\n\nمع التحية،\n{agent_name}",
        "It was a pleasure to help, {customer_name}. We consider ticket {ticket_number} solved; simply reply within "
        "7 days if you need anything else.\n\nBest regards,\n{agent_name}",
    ),
    "no-answer": (
        Named("إغلاق لعدم الرد", "Closing without an answer"),
        "لم يصلنا رد منك على التذكرة {ticket_number}، ولذلك سنغلقها الآن. يسعدنا تواصلك في أي وقت.",
        "We have not heard back from you about ticket {ticket_number} and are closing it now. Write any time.",
    ),
}  # fmt: skip
