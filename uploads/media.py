"""Sound and film: enough of their structure is followed that other content does not pass for them."""

import re
import struct
from typing import IO

from uploads.kinds import AAC, M4A, MOV, MP3, MP4, OGG, WAV, WEBM, WEBM_SOUND, Kind

HEAD_BYTES = 8192
MAX_BOXES = 10_000
_BITRATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_BITRATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SAMPLES = (44100, 48000, 32000)
_BOX_NAME = re.compile(rb"[\w \-.\xa9]{4}")


def is_media(kind: Kind, file: IO[bytes], size: int) -> bool:
    """Return whether a file whose first bytes say `kind` is built like one."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if kind in {MP4, MOV, M4A}:
        return _has_boxes(file, size)
    if kind == MP3:
        return _has_mp3_frames(file, head)
    if kind == AAC:
        length = _adts_length(head)
        return length > 7 and _adts_length(_at(file, length)) > 7
    if kind == WAV:
        return b"fmt " in head[12:]
    if kind == OGG:
        return any(mark in head[:64] for mark in (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   "))
    return kind in {WEBM, WEBM_SOUND} and b"\x18\x53\x80\x67" in head


def webm_kind(head: bytes) -> Kind:
    """Sound when a sound track and no picture track is announced."""
    sound = b"A_OPUS" in head or b"A_VORBIS" in head
    return WEBM_SOUND if sound and b"V_" not in head else WEBM


def _has_boxes(file: IO[bytes], size: int) -> bool:
    """The boxes of ISO media follow each other to the end of the file, a movie among them."""
    offset, seen = 0, set()
    for _ in range(MAX_BOXES):
        header = _at(file, offset, 16)
        if len(header) < 8:
            return False
        length, name = struct.unpack(">L4s", header[:8])
        if length == 1 and len(header) == 16:
            length = struct.unpack(">Q", header[8:])[0]
        elif length == 0:
            length = size - offset
        if _BOX_NAME.fullmatch(name) is None or length < 8:
            return False
        seen.add(name)
        offset += length
        if offset >= size:
            return offset == size and b"moov" in seen
    return False


def _has_mp3_frames(file: IO[bytes], head: bytes) -> bool:
    """Two frames in a row, behind an ID3 tag if there is one."""
    offset = 0
    if head.startswith(b"ID3") and len(head) > 10:
        digits = head[6:10]
        if any(digit > 127 for digit in digits):
            return False
        offset = 10 + sum(digit << shift for digit, shift in zip(digits, (21, 14, 7, 0), strict=True))
        padding = _at(file, offset, HEAD_BYTES)
        offset += len(padding) - len(padding.lstrip(b"\x00"))
    length = _mp3_length(_at(file, offset))
    return length > 4 and _mp3_length(_at(file, offset + length)) > 4


def _mp3_length(header: bytes) -> int:
    """The length in bytes of the frame of layer III that begins here; 0 for anything else."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, rate, samples = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate in {0, 15} or samples == 3:
        return 0
    first = version == 3
    bits = (_BITRATES_1 if first else _BITRATES_2)[rate] * 1000
    frequency = _SAMPLES[samples] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if first else 72) * bits // frequency + (header[2] >> 1 & 1)


def _adts_length(header: bytes) -> int:
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
        return 0
    return (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5


def _at(file: IO[bytes], offset: int, length: int = 8) -> bytes:
    file.seek(offset)
    return file.read(length)
