"""The file zoo: harmless specimens of every accepted kind, and all that must be refused or made harmless."""

from __future__ import annotations

import io
import struct
import wave
import zipfile
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from PIL import Image
from reportlab.pdfgen.canvas import Canvas

PICTURE_SIZE = (64, 48)
SCRIPT = b"<html><script>alert(1)</script></html>"


def picture(form: str, *, mode: str = "RGB", size: tuple[int, int] = PICTURE_SIZE, **options: Any) -> bytes:
    """A small picture with a gradient, so that encoders have something to do."""
    image = Image.linear_gradient("L").resize(size).convert(mode)
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def photo_with_metadata() -> bytes:
    """A JPEG as a phone makes it: turned on its side, with a place and a comment in it."""
    image = Image.linear_gradient("L").resize(PICTURE_SIZE).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "secret description"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"secret comment", icc_profile=b"secret profile" * 20)
    return out.getvalue()


def moving(form: str, frames: int = 3, size: tuple[int, int] = PICTURE_SIZE) -> bytes:
    """An animation."""
    images = [Image.new("RGB", size, (40 * number % 256, 0, 0)) for number in range(frames)]
    out = io.BytesIO()
    images[0].save(out, form, save_all=True, append_images=images[1:], duration=120, loop=0)
    return out.getvalue()


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that claims any size, whatever its data is."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">L", len(content)) + name + content + struct.pack(">L", zlib.crc32(name + content))

    header = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = data or zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@cache
def pdf() -> bytes:
    out = io.BytesIO()
    page = Canvas(out)
    page.drawString(100, 700, "Invoice")
    page.save()
    return out.getvalue()


def container(entries: Mapping[str, bytes], *, stored: tuple[str, ...] = ("mimetype",), comment: bytes = b"") -> bytes:
    """A zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
        file.comment = comment
    return out.getvalue()


MAIN = {
    "docx": ("word/document.xml", "wordprocessingml.document"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation"),
}


def ooxml(form: str, more: Mapping[str, bytes] | None = None, types: str = "", **options: Any) -> bytes:
    """A minimal office document, with further parts."""
    part, name = MAIN[form]
    kind = types or f"application/vnd.openxmlformats-officedocument.{name}.main+xml"
    content_types = f'<?xml version="1.0"?><Types><Override PartName="/{part}" ContentType="{kind}"/></Types>'
    parts = {"[Content_Types].xml": content_types.encode(), "_rels/.rels": b"<Relationships/>", part: b"<document/>"}
    return container({**parts, **(more or {})}, **options)


def odf(name: str, more: Mapping[str, bytes] | None = None) -> bytes:
    """A minimal open document."""
    mimetype = f"application/vnd.oasis.opendocument.{name}".encode()
    parts = {"mimetype": mimetype, "META-INF/manifest.xml": b"<manifest/>", "content.xml": b"<office/>"}
    return container({**parts, **(more or {})})


def mp3(tagged: bool = True) -> bytes:
    """Ten frames of MPEG-1 layer III at 128 kbit/s, behind an ID3 tag."""
    frame = b"\xff\xfb\x90\x64" + bytes(413)
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 0, 20]) + bytes(20)
    return (tag if tagged else b"") + frame * 10


def aac() -> bytes:
    """Three ADTS frames."""
    length = 32
    header = bytes([0xFF, 0xF1, 0x50, 0x80 | length >> 11, length >> 3 & 0xFF, (length & 7) << 5 | 0x1F, 0xFC])
    return (header + bytes(length - 7)) * 3


def box(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">L4s", 8 + len(content), name) + content


def iso_media(brand: bytes, *compatible: bytes, movie: bool = True) -> bytes:
    """A file of boxes with the brand of a phone's film or sound."""
    parts = box(b"ftyp", brand + bytes(4) + b"".join(compatible)) + box(b"mdat", bytes(200))
    return parts + (box(b"moov", box(b"mvhd", bytes(100))) if movie else b"")


def wav() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(800))
    return out.getvalue()


def webm(codec: bytes, doctype: bytes = b"webm") -> bytes:
    head = b"\x42\x82" + bytes([0x80 | len(doctype)]) + doctype
    return b"\x1a\x45\xdf\xa3" + bytes([0x80 | len(head)]) + head + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff" + b"\x86" + bytes([0x80 | len(codec)]) + codec + bytes(50)


def ogg(codec: bytes = b"OpusHead") -> bytes:
    return b"OggS\x00\x02" + bytes(22) + codec + bytes(100)


ARABIC = "طلبي رقم ١٢٣ لم يصل بعد، والهاتف لا يعمل.\r\nشكرًا"

# name sent, content, name kept, content type
ACCEPTED: dict[str, tuple[str, bytes, str, str]] = {
    "jpeg": ("photo.JPG", picture("JPEG"), "photo.jpg", "image/jpeg"),
    "jpeg in grey": ("scan.jpeg", picture("JPEG", mode="L"), "scan.jpeg", "image/jpeg"),
    "jpeg in print colours": ("print.jpg", picture("JPEG", mode="CMYK"), "print.jpg", "image/jpeg"),
    "png": ("شاشة.png", picture("PNG"), "شاشة.png", "image/png"),
    "png with alpha": ("a.png", picture("PNG", mode="RGBA"), "a.png", "image/png"),
    "png with palette": ("p.png", picture("PNG", mode="P"), "p.png", "image/png"),
    "png of 16 bits": ("deep.png", picture("PNG", mode="I;16"), "deep.png", "image/png"),
    "moving png, its first frame": ("m.png", moving("PNG"), "m.png", "image/png"),
    "webp": ("w.webp", picture("WEBP"), "w.webp", "image/webp"),
    "moving webp": ("mw.webp", moving("WEBP"), "mw.webp", "image/webp"),
    "gif": ("g.gif", picture("GIF", mode="P"), "g.gif", "image/gif"),
    "moving gif": ("mg.gif", moving("GIF"), "mg.gif", "image/gif"),
    "pdf": ("فاتورة.pdf", pdf(), "فاتورة.pdf", "application/pdf"),
    "docx": ("letter.docx", ooxml("docx"), "letter.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ("sheet.xlsx", ooxml("xlsx"), "sheet.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pptx": ("talk.pptx", ooxml("pptx"), "talk.pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    "docx with an svg picture": ("icons.docx", ooxml("docx", {"word/media/image1.svg": b"<svg/>"}), "icons.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "odt": ("text.odt", odf("text"), "text.odt", "application/vnd.oasis.opendocument.text"),
    "ods": ("table.ods", odf("spreadsheet"), "table.ods", "application/vnd.oasis.opendocument.spreadsheet"),
    "text": ("notes.txt", b"it does not work\n", "notes.txt", "text/plain"),
    "text without extension": ("README", b"hello", "README.txt", "text/plain"),
    "text that begins like a bitmap": ("b.txt", b"BMW and others", "b.txt", "text/plain"),
    "log": ("app.log", b"10:00 error\n\tat line 3", "app.log", "text/plain"),
    "Arabic text in UTF-8": ("ملاحظة.txt", ARABIC.encode(), "ملاحظة.txt", "text/plain"),
    "Arabic text in UTF-8 with a mark": ("م.txt", ARABIC.encode("utf-8-sig"), "م.txt", "text/plain"),
    "Arabic text in UTF-16": ("م.txt", ARABIC.encode("utf-16"), "م.txt", "text/plain"),
    "Arabic text in Windows-1256": ("م.csv", ARABIC.replace("١٢٣", "123").encode("cp1256"), "م.csv", "text/csv"),
    "csv": ("orders.csv", b"id;total\n1;20\n", "orders.csv", "text/csv"),
    "mp3": ("voice.mp3", mp3(), "voice.mp3", "audio/mpeg"),
    "mp3 without a tag": ("voice.mp3", mp3(tagged=False), "voice.mp3", "audio/mpeg"),
    "aac": ("voice.aac", aac(), "voice.aac", "audio/aac"),
    "m4a": ("voice.m4a", iso_media(b"M4A ", b"M4A ", b"mp42", b"isom"), "voice.m4a", "audio/mp4"),
    "ogg": ("voice.ogg", ogg(), "voice.ogg", "audio/ogg"),
    "opus": ("voice.opus", ogg(), "voice.opus", "audio/ogg"),
    "wav": ("voice.wav", wav(), "voice.wav", "audio/wav"),
    "webm sound": ("voice.webm", webm(b"A_OPUS"), "voice.webm", "audio/webm"),
    "webm film": ("film.webm", webm(b"V_VP9"), "film.webm", "video/webm"),
    "mp4": ("film.mp4", iso_media(b"isom", b"isom", b"mp42"), "film.mp4", "video/mp4"),
    "mov": ("IMG_0001.MOV", iso_media(b"qt  ", b"qt  "), "IMG_0001.mov", "video/quicktime"),
    # Lies and passengers that become harmless: the content decides, pictures are made anew.
    "a jpeg named png": ("photo.png", picture("JPEG"), "photo.jpg", "image/jpeg"),
    "a jpeg named exe": ("photo.exe", picture("JPEG"), "photo.jpg", "image/jpeg"),
    "a pdf named pdf.exe": ("invoice.pdf.exe", pdf(), "invoice.pdf", "application/pdf"),
    "a pdf named jpg": ("invoice.jpg", pdf(), "invoice.pdf", "application/pdf"),
    "a gif that is also a script": ("x.gif", picture("GIF", mode="P") + b"/*" + SCRIPT + b"*/=1;alert(1)", "x.gif", "image/gif"),
    "a png with a zip behind it": ("x.png", picture("PNG") + container({"evil.exe": b"MZ"}), "x.png", "image/png"),
    "a jpeg with a page behind it": ("x.jpg", picture("JPEG") + SCRIPT, "x.jpg", "image/jpeg"),
    "a jpeg with a page in its comment": ("x.jpg", picture("JPEG", comment=SCRIPT), "x.jpg", "image/jpeg"),
    "a pdf with a page behind it": ("x.pdf", pdf() + SCRIPT, "x.pdf", "application/pdf"),
}

REFUSED: dict[str, tuple[str, bytes, str]] = {
    "empty": ("empty.txt", b"", "invalid"),
    "svg": ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "unsupported_type"),
    "svg named png": ("logo.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "unsupported_type"),
    "svg named txt": ("logo.txt", b'<?xml version="1.0"?><svg/>', "unsupported_type"),
    "html": ("page.html", SCRIPT, "unsupported_type"),
    "html named txt": ("page.txt", SCRIPT, "unsupported_type"),
    "html named jpg": ("page.jpg", SCRIPT, "unsupported_type"),
    "html behind spaces": ("page.txt", b" \n" * 500 + b"<!DOCTYPE html>", "unsupported_type"),
    "html far behind": ("page.txt", b"a" * 65_530 + b"<script>1</script>", "unsupported_type"),
    "html in UTF-16": ("page.txt", SCRIPT.decode().encode("utf-16"), "unsupported_type"),
    "html in UTF-16 without a mark": ("page.txt", SCRIPT.decode().encode("utf-16-le"), "unsupported_type"),
    "xhtml": ("page.txt", b'<?xml version="1.0"?><x/>', "unsupported_type"),
    "php": ("page.txt", b"<?php system($_GET[1]);", "unsupported_type"),
    "a script named js": ("x.js", b"alert(1)", "unsupported_type"),
    "a script named jpg": ("x.jpg", b"alert(1)", "unsupported_type"),
    "a shell script": ("x.sh", b"#!/bin/sh\nrm -rf /\n", "unsupported_type"),
    "a batch file": ("x.bat", b"del *.*", "unsupported_type"),
    "rtf": ("x.rtf", rb"{\rtf1 hello}", "unsupported_type"),
    "text with a NUL": ("x.txt", b"hello\x00world", "unsupported_type"),
    "text with an escape": ("x.txt", b"hello \x1b[31mred", "unsupported_type"),
    "a Windows program": ("setup.exe", b"MZ\x90\x00" + bytes(200), "unsupported_type"),
    "a Windows program named jpg": ("photo.jpg", b"MZ\x90\x00" + bytes(200), "unsupported_type"),
    "a Linux program": ("photo.png", b"\x7fELF\x02\x01\x01" + bytes(200), "unsupported_type"),
    "a Java class": ("x.class", b"\xca\xfe\xba\xbe" + bytes(100), "unsupported_type"),
    "an archive": ("x.zip", container({"a.txt": b"hello"}), "unsupported_type"),
    "an archive named docx": ("x.docx", container({"a.txt": b"hello"}), "unsupported_type"),
    "a jar": ("x.jar", container({"META-INF/MANIFEST.MF": b"x", "A.class": b"x"}), "unsupported_type"),
    "rar": ("x.rar", b"Rar!\x1a\x07\x00" + bytes(50), "unsupported_type"),
    "7z": ("x.7z", b"7z\xbc\xaf\x27\x1c" + bytes(50), "unsupported_type"),
    "gzip": ("x.gz", b"\x1f\x8b\x08\x00" + bytes(50), "unsupported_type"),
    "an old office file": ("x.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "unsupported_type"),
    "bmp": ("x.bmp", picture("BMP"), "unsupported_type"),
    "tiff": ("x.tiff", picture("TIFF"), "unsupported_type"),
    "an icon": ("x.ico", picture("ICO"), "unsupported_type"),
    "heic": ("x.heic", iso_media(b"heic", b"mif1", b"heic"), "unsupported_type"),
    "avif": ("x.avif", iso_media(b"avif", b"mif1"), "unsupported_type"),
    "postscript named jpg": ("x.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n", "unsupported_type"),
    "flash": ("x.swf", b"CWS\x09" + bytes(60), "unsupported_type"),
    "matroska": ("x.mkv", webm(b"V_VP9", b"matroska"), "unsupported_type"),
    "ogg film": ("x.ogg", ogg(b"\x80theora"), "unsupported_type"),
    "a page behind the mark of mp3": ("x.mp3", b"\xff\xfb" + SCRIPT, "unsupported_type"),
    "a page behind a tag of mp3": ("x.mp3", b"ID3\x04\x00\x00\x00\x00\x00\x00" + SCRIPT, "unsupported_type"),
    "a page behind the mark of aac": ("x.aac", b"\xff\xf1" + SCRIPT, "unsupported_type"),
    "a page behind the box of mp4": ("x.mp4", box(b"ftyp", b"isom" + bytes(4) + b"mp42") + SCRIPT, "unsupported_type"),
    "an mp4 without a movie": ("x.mp4", iso_media(b"isom", b"mp42", movie=False), "unsupported_type"),
    "an mp4 cut off": ("x.mp4", iso_media(b"isom", b"mp42")[:-20], "unsupported_type"),
    "a page behind the mark of riff": ("x.wav", b"RIFF\x10\x00\x00\x00WAVE" + SCRIPT, "unsupported_type"),
    "a jpeg cut off": ("x.jpg", picture("JPEG", size=(400, 400))[:2000], "invalid"),
    "a png cut off": ("x.png", picture("PNG", size=(400, 400))[:-40], "invalid"),
    "a jpeg of rubbish": ("x.jpg", b"\xff\xd8\xff\xe0" + b"rubbish" * 100, "invalid"),
    "a png with a broken size": ("x.png", png_of(0, 0), "invalid"),
    "a gif of rubbish": ("x.gif", b"GIF89a" + b"<script>alert(1)</script>" * 10, "invalid"),
    "a pdf cut off": ("x.pdf", pdf()[: len(pdf()) // 2], "invalid"),
    "a page before a pdf": ("x.pdf", SCRIPT + pdf(), "unsupported_type"),
    "a picture of 10,000 megapixels": ("x.png", png_of(100_000, 100_000), "too_large"),
    "a picture of 60 megapixels": ("x.png", png_of(10_000, 6_000), "too_large"),
    "a picture of one long line": ("x.png", png_of(20_000, 10), "too_large"),
    "docx with macros": ("x.docx", ooxml("docx", {"word/vbaProject.bin": b"x"}), "unsupported_type"),
    "docx with macros in other letters": ("x.docx", ooxml("docx", {"word/VBAPROJECT.BIN": b"x"}), "unsupported_type"),
    "docm named docx": ("x.docx", ooxml("docx", types="application/vnd.ms-word.document.macroEnabled.main+xml"), "unsupported_type"),
    "macros under another name": ("x.xlsx", ooxml("xlsx", {"xl/a.bin": b"x"}, types='application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/a.bin" ContentType="application/vnd.ms-office.vbaProject'), "unsupported_type"),
    "xlsx with old macros": ("x.xlsx", ooxml("xlsx", {"xl/macrosheets/sheet1.xml": b"x"}), "unsupported_type"),
    "docx with controls": ("x.docx", ooxml("docx", {"word/activeX/activeX1.xml": b"x"}), "unsupported_type"),
    "odt with macros": ("x.odt", odf("text", {"Basic/Standard/Module1.xml": b"x"}), "unsupported_type"),
    "docx with a program": ("x.docx", ooxml("docx", {"word/setup.exe": b"MZ"}), "unsupported_type"),
    "docx with a path out": ("x.docx", ooxml("docx", {"../../evil.xml": b"x"}), "unsupported_type"),
    "docx with a page before it": ("x.docx", SCRIPT + ooxml("docx"), "unsupported_type"),
    "docx with a page behind it": ("x.docx", ooxml("docx") + SCRIPT, "unsupported_type"),
    "docx with a page as comment": ("x.docx", ooxml("docx", comment=SCRIPT), "unsupported_type"),
    "docx cut off": ("x.docx", ooxml("docx")[:-30], "unsupported_type"),
    "docx with a bomb": ("x.docx", ooxml("docx", {"word/big.xml": bytes(64 << 20)}), "too_large"),
    "docx with a bomb as its list of types": ("x.docx", container({"[Content_Types].xml": bytes(3 << 20)}), "too_large"),
    "docx of 6,000 parts": ("x.docx", ooxml("docx", {f"word/{number}.xml": b"" for number in range(6000)}), "too_large"),
}  # fmt: skip
