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

import pillow_heif
from PIL import Image, ImageCms
from reportlab.pdfgen.canvas import Canvas

PICTURE_SIZE = (64, 48)
SCRIPT = b"<html><script>alert(1)</script></html>"


def picture(form: str, *, mode: str = "RGB", size: tuple[int, int] = PICTURE_SIZE, **options: Any) -> bytes:
    """A small picture with a gradient, so that encoders have something to do."""
    image = Image.linear_gradient("L").resize(size).convert(mode)
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def heavy_photo(size: int) -> bytes:
    """A photo of about `size` bytes, which decodes in the time of a small one: what fills it are comments."""
    photo = picture("JPEG", size=(1600, 1200))
    comment = b"\xff\xfe\xff\xff" + bytes(65_533)
    return photo[:2] + comment * ((size - len(photo)) // len(comment)) + photo[2:]


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


@cache
def heic(size: tuple[int, int] = PICTURE_SIZE) -> bytes:
    """A photo as an iPhone's app sends it."""
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.linear_gradient("L").resize(size).convert("RGB")).save(out)
    return out.getvalue()


@cache
def exchanged_profile() -> bytes:
    """A colour profile in which red and blue have changed places."""
    table = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return table.replace(b"rXYZ", b"----").replace(b"bXYZ", b"rXYZ").replace(b"----", b"bXYZ")


def in_colours_of(profile: bytes, colour: tuple[int, int, int], form: str = "PNG") -> bytes:
    """A picture of one colour, which means what this profile says."""
    out = io.BytesIO()
    Image.new("RGB", PICTURE_SIZE, colour).save(out, form, icc_profile=profile)
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


def lying(content: bytes) -> bytes:
    """A zip file whose directory and headers state that its largest entry unpacks to 100 bytes."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        largest = max(file.infolist(), key=lambda entry: entry.file_size)
    sizes = struct.pack("<LL", largest.compress_size, largest.file_size)
    assert content.count(sizes) == 2
    return content.replace(sizes, struct.pack("<LL", largest.compress_size, 100))


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
    return (
        b"\x1a\x45\xdf\xa3"
        + bytes([0x80 | len(head)])
        + head
        + b"\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff"
        + b"\x86"
        + bytes([0x80 | len(codec)])
        + codec
        + bytes(50)
    )


def ogg(codec: bytes = b"OpusHead") -> bytes:
    return b"OggS\x00\x02" + bytes(22) + codec + bytes(100)
