"""Decodes a picture and encodes it anew: what comes out is a picture and nothing else, in sRGB, without metadata.

Runs as a process of its own (`uploads/image_process.py` starts it), so it imports Pillow and no Django.
"""

import errno
import io
import os
import resource
import sys
import warnings
from contextlib import suppress
from typing import IO, Any

from PIL import Image, ImageCms, ImageOps, ImageSequence

from uploads.kinds import GIF, HEIC, JPEG, PNG, WEBP, Kind

# What a decoder may be made to hold: measured, 8 bytes a pixel, and 17 with WebP.
MAX_PIXELS = 50_000_000
MAX_PIXELS_WEBP = 20_000_000
MAX_SIDE = 16_000
# All frames together; an animation beyond it is kept as its first frame.
MAX_MOVING_PIXELS = 20_000_000
MAX_FRAMES = 1_000
# Of the whole process, the address space of its libraries included.
MAX_MEMORY_BYTES = 1 << 30
MAX_PROCESSOR_SECONDS = 30
NICENESS = 10
"""How far behind those who answer requests this process stands."""
TOO_MANY_PIXELS, DAMAGED, DISK_FULL = 3, 4, 5
"""Exit codes of this process."""
FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", GIF: "GIF", HEIC: "HEIF"}
_KINDS = {name: kind for kind, name in FORMATS.items()}
_SAVE: dict[Kind, dict[str, Any]] = {
    JPEG: {"quality": 90},
    PNG: {"compress_level": 6},
    WEBP: {"quality": 90, "method": 2},
    GIF: {},
}
_MODES = {
    JPEG: {"L", "RGB"},
    PNG: {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"},
    WEBP: {"RGB", "RGBA"},
    GIF: {"1", "L", "P", "RGB", "RGBA"},
}
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


class TooManyPixels(Exception):
    """The picture's dimensions are beyond what is decoded."""


def kept_as(kind: Kind) -> Kind:
    """The kind a picture is given back as: itself, but JPEG for what browsers do not show."""
    return JPEG if kind == HEIC else kind


def encode(file: IO[bytes], kind: Kind, target: IO[bytes]) -> None:
    """Write the picture of `file` to `target`, upright. Raises TooManyPixels, or anything when it does not decode."""
    if kind == HEIC:
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    with Image.open(file, formats=[FORMATS[kind]]) as picture:
        width, height = picture.size
        if width * height > (MAX_PIXELS_WEBP if kind == WEBP else MAX_PIXELS) or max(width, height) > MAX_SIDE:
            raise TooManyPixels
        kept = kept_as(kind)
        frames = _frames(picture, kept) if kind in {GIF, WEBP, PNG} else []
        if len(frames) > 1:
            _save_moving(picture, frames, kept, target)
            return
        picture.seek(0)
        picture.load()
        profile = picture.info.get("icc_profile")
        ImageOps.exif_transpose(picture, in_place=True)
        _bare(_in_srgb(picture, profile), kept).save(target, FORMATS[kept], **_SAVE[kept])


def _frames(picture: Image.Image, kind: Kind) -> list[tuple[Image.Image, int]]:
    """Each frame of an animation and its milliseconds; none when there are more than are kept."""
    if not getattr(picture, "is_animated", False):
        return []
    most = min(MAX_FRAMES, MAX_MOVING_PIXELS // (picture.width * picture.height))
    profile = picture.info.get("icc_profile")
    frames: list[tuple[Image.Image, int]] = []
    for frame in ImageSequence.Iterator(picture):
        if len(frames) == most:
            return []
        pixels = frame.convert("RGBA")  # decodes, and with WebP learns the duration
        milliseconds = min(60_000, max(0, int(frame.info.get("duration", 100))))
        frames.append((_bare(_in_srgb(pixels, profile), kind), milliseconds))
    return frames


def _save_moving(picture: Image.Image, frames: list[tuple[Image.Image, int]], kind: Kind, target: IO[bytes]) -> None:
    first, *others = [frame for frame, _milliseconds in frames]
    durations = [milliseconds for _frame, milliseconds in frames]
    options: dict[str, Any] = {"disposal": 2} if kind == GIF else {}
    if "loop" in picture.info:
        options["loop"] = int(picture.info["loop"])
    if kind == PNG and picture.info.get("default_image"):
        # Its first picture is for viewers that show no animations, and no frame.
        options["default_image"], durations = True, durations[1:]
    first.save(target, FORMATS[kind], save_all=True, append_images=others, duration=durations, **options, **_SAVE[kind])


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture with the colours that its profile means, as sRGB has them; a profile that cannot be read is none."""
    if not profile:
        return picture
    if picture.mode in {"P", "LA"}:
        picture = picture.convert("RGBA")
    with suppress(ImageCms.PyCMSError, OSError, ValueError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if picture.mode in {"RGB", "RGBA"}:
            ImageCms.profileToProfile(picture, source, _SRGB, inPlace=True)
        elif picture.mode in {"L", "CMYK"}:
            return ImageCms.profileToProfile(picture, source, _SRGB, outputMode="RGB") or picture
    return picture


def _bare(picture: Image.Image, kind: Kind) -> Image.Image:
    """The pixels, the palette and its transparent entry, in a mode the format takes; all else is dropped."""
    if picture.mode not in _MODES[kind]:
        clear = "A" in picture.getbands() or "transparency" in picture.info
        picture = picture.convert("RGBA" if clear and kind != JPEG else "RGB")
    transparency = picture.info.get("transparency")
    picture.info = {} if transparency is None or kind == JPEG else {"transparency": transparency}
    return picture


def main(form: str) -> int:
    """Encode standard input, a file, to standard output, a file; returns the exit code."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_PROCESSOR_SECONDS, MAX_PROCESSOR_SECONDS))
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        encode(sys.stdin.buffer, _KINDS[form], sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except (TooManyPixels, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return TOO_MANY_PIXELS
    except Exception as error:  # a hostile file breaks a decoder in more ways than it documents
        return DISK_FULL if isinstance(error, OSError) and error.errno == errno.ENOSPC else DAMAGED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
