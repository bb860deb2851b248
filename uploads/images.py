"""Pictures are decoded and encoded anew: what comes out is a picture and nothing else, without metadata."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, ImageSequence

from core.errors import Invalid, Problem, TooLarge, Unavailable
from uploads.incoming import spool
from uploads.kinds import GIF, JPEG, PNG, WEBP, Kind

# What a decoder may be made to hold: measured, 8 bytes a pixel, and 17 with WebP.
MAX_PIXELS = 50_000_000
MAX_PIXELS_WEBP = 20_000_000
MAX_SIDE = 16_000
# All frames together; an animation beyond it is kept as its first frame.
MAX_MOVING_PIXELS = 20_000_000
MAX_FRAMES = 1_000
# One picture at a time in each process bounds its memory: about 430 MB at worst, 50 to 100 MB for a
# photo of 12 megapixels, which takes a quarter of a second.
AT_ONCE = 1
WAIT_SECONDS = 20.0
_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP", GIF: "GIF"}
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
_turns = threading.BoundedSemaphore(AT_ONCE)


def encode_anew(file: IO[bytes], kind: Kind) -> IO[bytes]:
    """The picture in a new file: turned upright, stripped of metadata and of anything that rode along.

    Raises TooLarge by its dimensions, before decoding, and Invalid when it does not decode.
    """
    with _turn():
        target = spool()
        try:
            with Image.open(_rewound(file), formats=[_FORMATS[kind]]) as picture:
                _encode(picture, kind, target)
        except BaseException as error:
            target.close()
            if isinstance(error, Problem) or not isinstance(error, Exception):
                raise
            if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
                raise _too_many_pixels() from None
            # A hostile file breaks a decoder in more ways than it documents.
            raise Invalid(_("This picture is damaged or incomplete.")) from None
        return target


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise Unavailable
    try:
        yield
    finally:
        _turns.release()


def _rewound(file: IO[bytes]) -> IO[bytes]:
    file.seek(0)
    return file


def _encode(picture: Image.Image, kind: Kind, target: IO[bytes]) -> None:
    width, height = picture.size
    if width * height > (MAX_PIXELS_WEBP if kind == WEBP else MAX_PIXELS) or max(width, height) > MAX_SIDE:
        raise _too_many_pixels()
    frames = _frames(picture, kind) if kind in {GIF, WEBP} else []
    if len(frames) > 1:
        _encode_moving(picture, frames, kind, target)
        return
    picture.seek(0)
    picture.load()
    ImageOps.exif_transpose(picture, in_place=True)
    _bare(picture, kind).save(target, _FORMATS[kind], **_SAVE[kind])


def _frames(picture: Image.Image, kind: Kind) -> list[tuple[Image.Image, int]]:
    """Each frame of an animation and its milliseconds; none when there are more than are kept."""
    most = min(MAX_FRAMES, MAX_MOVING_PIXELS // (picture.width * picture.height))
    frames: list[tuple[Image.Image, int]] = []
    for frame in ImageSequence.Iterator(picture):
        if len(frames) == most:
            return []
        pixels = frame.convert("RGBA")  # decodes, and with WebP learns the duration
        milliseconds = min(60_000, max(0, int(frame.info.get("duration", 100))))
        frames.append((_bare(pixels, kind), milliseconds))
    return frames


def _encode_moving(picture: Image.Image, frames: list[tuple[Image.Image, int]], kind: Kind, target: IO[bytes]) -> None:
    first, *others = [frame for frame, _milliseconds in frames]
    options: dict[str, Any] = {"disposal": 2} if kind == GIF else {}
    if "loop" in picture.info:
        options["loop"] = int(picture.info["loop"])
    first.save(
        target,
        _FORMATS[kind],
        save_all=True,
        append_images=others,
        duration=[milliseconds for _frame, milliseconds in frames],
        **options,
        **_SAVE[kind],
    )


def _bare(picture: Image.Image, kind: Kind) -> Image.Image:
    """The pixels, the palette and its transparent entry, in a mode the format takes; all else is dropped."""
    if picture.mode not in _MODES[kind]:
        clear = "A" in picture.getbands() or "transparency" in picture.info
        picture = picture.convert("RGBA" if clear and kind != JPEG else "RGB")
    transparency = picture.info.get("transparency")
    picture.info = {} if transparency is None or kind == JPEG else {"transparency": transparency}
    return picture


def _too_many_pixels() -> TooLarge:
    return TooLarge(_("This picture has too many pixels."))
