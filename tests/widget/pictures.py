"""A picture for tests, made here."""

from io import BytesIO

from PIL import Image


def png() -> bytes:
    """Return a small picture as a PNG file."""
    file = BytesIO()
    Image.new("RGB", (64, 48), "#7aa").save(file, "PNG")
    return file.getvalue()
