"""How Arabic texts of the catalogue are written: rules of spelling that a check can hold."""

import re
from collections.abc import Iterator

_WORD = re.compile("[\u0621-\u065f\u0670]+")
# Adverbs and accusatives of these texts; without tanwin they read as another word, or as haste.
_STEMS = (
    "أبد أول أيض تلقائي جاهز جد جزء حالي حرف حساب دائم رابط رد رقم زميل شكر صالح غد فور كامل لاحق مجدد مرفق مسبق "
    "معرّف مؤقت ملف نهائي وسم يدوي يوم"
)
WITH_TANWIN = {f"{stem}ا": f"{stem}ًا" for stem in _STEMS.split()}
# One word for a concept: what is not said, and what is said for it.
_OTHER_WORDS = {
    "الفئة": "التصنيف",
    "الفئات": "التصنيفات",
    "الطابور": "قائمة الانتظار",
    "المحادثة الحية": "المحادثة المباشرة",
    "تم الحل": "محلولة",
    "إصدار": "نسخة",
    "إصدارات": "نسخ",
    "إصدارًا": "نسخة",
    "لا شي": "لم يُحدَّد شيء",
    "لا شيء يطابق": "لا توجد نتائج",
    "اعرض الكل": "عرض الكل",
    "اعرض كل شيء": "عرض الكل",
    "بلا مسند إليه": "غير مسندة",
    "دع الحالة": "تغيير الحالة",
    "غيّر أحدهم": "وصلت رسالة جديدة",
    "بعيد لبعض الوقت": "بعيد مؤقتًا",
}
_DECIMAL = re.compile(r"\d[,٫]\d{1,2}(?!\d)")


def misspelt(text: str) -> Iterator[str]:
    """Return what is written otherwise than the house does, each in a sentence."""
    for word in _WORD.findall(text):
        bare = word.removeprefix("و").removeprefix("ف") if word not in WITH_TANWIN else word
        if bare in WITH_TANWIN:
            yield f"write {WITH_TANWIN[bare]} instead of {bare}"
    if "اً" in text:
        yield "write the tanwin before its alef: ًا"
    for other, said in _OTHER_WORDS.items():
        if re.search(rf"(?<!\w)[وبلف]?{other}(?!\w)", text):
            yield f"say {said} instead of {other}"
    if match := _DECIMAL.search(text):
        yield f"digits are Latin, and so is the decimal point: {match.group()}"
