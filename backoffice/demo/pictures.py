"""The files of the demo: small made-up pictures, an invoice and a log, drawn when they are needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFont

from backoffice.demo.shop import Named

_SIZE = (480, 640)
_BODY = (60, 40, 420, 600)
_FONT = ImageFont.load_default(18)

# Name in both languages and ending.
FILES = {
    "screen": (Named("صورة الشاشة المكسورة", "cracked-screen"), "jpg"),
    "battery": (Named("استهلاك البطارية", "battery-usage"), "png"),
    "box": (Named("ملصق العلبة", "box-label"), "jpg"),
    "camera": (Named("عدسة الكاميرا", "camera-lens"), "jpg"),
    "scratch": (Named("الخدش", "scratch"), "jpg"),
    "payment": (Named("إشعار الدفع", "payment-notice"), "png"),
    "invoice": (Named("فاتورة ضريبية", "tax-invoice"), "pdf"),
    "log": (Named("سجل التشخيص", "diagnostics"), "txt"),
}


def file_named(name: str, language: str) -> tuple[str, bytes]:
    """The filename in a language and the content of one of FILES."""
    names, ending = FILES[name]
    return f"{names.in_(language)}.{ending}", _content(name)


@cache
def _content(name: str) -> bytes:
    if name == "log":
        return _log().encode()
    picture = Image.new("RGB", _SIZE, (226, 222, 214))
    _DRAWINGS[name](ImageDraw.Draw(picture), Random(name))
    ending = FILES[name][1]
    written = BytesIO()
    picture.save(written, {"jpg": "JPEG", "png": "PNG", "pdf": "PDF"}[ending])
    return written.getvalue()


def _phone(draw: ImageDraw.ImageDraw, screen: str) -> None:
    draw.rounded_rectangle(_BODY, 36, fill="#16181d")
    draw.rounded_rectangle((74, 58, 406, 582), 22, fill=screen)
    draw.rounded_rectangle((200, 66, 280, 80), 7, fill="#16181d")


def _screen(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    """Cracks that run from one corner."""
    _phone(draw, "#31506e")
    for crack in range(14):
        path = [(398, 70)]
        for _bend in range(6):
            x, y = path[-1]
            path.append((x - chance.randrange(10, 60), y + chance.randrange(10, 90)))
        draw.line(path, fill="#dfe7ee", width=1 + crack % 2)


def _battery(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    _phone(draw, "#f4f6f8")
    draw.text((96, 100), "Battery - last 24 hours", fill="#222222", font=_FONT)
    level = 100
    for hour in range(24):
        level = max(6, level - chance.randrange(1, 9))
        draw.rectangle((96 + hour * 12, 330 - level * 2, 104 + hour * 12, 330), fill="#2e7d4f")
    for row, share in enumerate((54, 17, 9, 6)):
        draw.rectangle((96, 372 + row * 44, 96 + share * 5, 392 + row * 44), fill="#c98b2b")
        draw.text((96 + share * 5 + 8, 370 + row * 44), f"{share}%", fill="#222222", font=_FONT)


def _box(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    draw.rectangle((50, 160, 430, 480), fill="#b08d63", outline="#7d6242", width=4)
    draw.rectangle((110, 230, 370, 410), fill="#ffffff")
    draw.text((126, 244), "SAMPLE GOODS  256 GB", fill="#111111", font=_FONT)
    draw.text((126, 376), f"IMEI 35{chance.randrange(10**12, 10**13)}", fill="#111111", font=_FONT)
    x = 126
    while x < 350:
        wide = chance.randrange(1, 5)
        draw.rectangle((x, 280, x + wide, 364), fill="#111111")
        x += wide + chance.randrange(2, 6)


def _camera(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    draw.rounded_rectangle(_BODY, 36, fill="#3c4a58")
    for middle in (150, 260, 370):
        draw.ellipse((120, middle - 50, 220, middle + 50), fill="#0d0f12", outline="#98a4af", width=5)
    for _drop in range(60):
        x, y = chance.randrange(140, 200), chance.randrange(225, 295)
        draw.ellipse((x, y, x + 4, y + 4), fill="#8d9aa5")


def _scratch(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    draw.rounded_rectangle(_BODY, 36, fill="#8e949b")
    y = 470
    for _part in range(9):
        draw.line((396, y, 410 + chance.randrange(4), y + 9), fill="#e8eaec", width=2)
        y += 9


def _payment(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    _phone(draw, "#ffffff")
    draw.rounded_rectangle((96, 130, 384, 330), 14, fill="#eef2f7")
    reference = chance.randrange(10**8, 10**9)
    for row, text in enumerate(("Card purchase", "Declined / hold", "SAR ****.00", f"Ref {reference}")):
        draw.text((116, 150 + row * 42), text, fill="#9b1c1c" if row == 1 else "#222222", font=_FONT)


def _invoice(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    draw.rectangle((20, 20, 460, 620), fill="#ffffff")
    draw.text((40, 40), "TAX INVOICE (SAMPLE)", fill="#111111", font=_FONT)
    for row, text in enumerate(("Item", "Subtotal", "VAT 15%", "Total SAR")):
        draw.line((40, 150 + row * 50, 440, 150 + row * 50), fill="#bbbbbb")
        draw.text((40, 116 + row * 50), text, fill="#111111", font=_FONT)
    for x in range(21):
        for y in range(21):
            if chance.random() < 0.5:
                draw.rectangle((300 + x * 6, 470 + y * 6, 305 + x * 6, 475 + y * 6), fill="#111111")


def _log() -> str:
    chance = Random("log")
    rows = ["system 14.2 build 2291, free storage 3.1 GB"]
    for minute in range(40):
        what = chance.choice(
            ("keyboard service stopped, restarting", "watchdog: reboot", "battery 61%", "wifi connected")
        )
        rows.append(f"09:{minute:02}:{chance.randrange(60):02} {what}")
    return "\n".join(rows) + "\n"


_DRAWINGS: dict[str, Callable[[ImageDraw.ImageDraw, Random], None]] = {
    "screen": _screen,
    "battery": _battery,
    "box": _box,
    "camera": _camera,
    "scratch": _scratch,
    "payment": _payment,
    "invoice": _invoice,
}
