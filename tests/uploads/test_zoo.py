"""The file zoo, through HTTP: what is accepted, under which name and type; what is refused, and that nothing stays."""

from __future__ import annotations

import io
import resource
from typing import Any

import pytest
from PIL import Image

from tests.api import data, refusal
from tests.uploads import zoo
from tests.uploads.cases import ACCEPTED, REFUSED
from tests.uploads.door import content_of, fetch
from uploads import image_process, images
from uploads.models import Attachment, UnnamedKey

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", ACCEPTED)
def test_an_accepted_file_is_stored_under_its_true_kind(case: str, cast: Any, send: Any) -> None:
    name, content, kept, content_type = ACCEPTED[case]
    [answer] = data(send(cast.customer, (name, content)), 201)["attachments"]
    assert (answer["filename"], answer["contentType"]) == (kept, content_type)
    response = fetch(answer["url"])
    got = content_of(response)
    is_picture = content_type.startswith("image/")
    assert len(got) == answer["size"] == int(response.headers["Content-Length"])
    assert is_picture or got == content
    assert response.headers["Content-Disposition"].startswith("inline" if is_picture else "attachment")
    assert response.headers["Content-Type"] == content_type


@pytest.mark.parametrize("case", REFUSED)
def test_a_refused_file_is_named_and_leaves_nothing(case: str, cast: Any, send: Any, stored: Any) -> None:
    name, content, code = REFUSED[case]
    response = send(cast.customer, ("fine.txt", b"fine"), (name, content))
    error = refusal(response, {"invalid": 400, "too_large": 413, "unsupported_type": 415}[code], code)
    assert list(error["fields"]) == ["files[1]"]
    assert name.rpartition(".")[0] in error["message"]
    assert not Attachment.objects.exists()
    assert not UnnamedKey.objects.exists()
    assert stored() == []


@pytest.mark.parametrize("case", [name for name, row in ACCEPTED.items() if row[3].startswith("image/")])
def test_a_picture_is_made_anew_without_passengers(case: str, cast: Any, send: Any) -> None:
    name, content, _kept, content_type = ACCEPTED[case]
    [answer] = data(send(cast.customer, (name, content)), 201)["attachments"]
    got = content_of(fetch(answer["url"]))
    assert b"script" not in got
    assert b"PK\x03\x04" not in got
    image = Image.open(io.BytesIO(got))
    assert image.format == content_type.removeprefix("image/").upper()
    assert image.size == zoo.PICTURE_SIZE
    image.load()


def test_a_photo_is_turned_upright_and_loses_its_metadata(cast: Any, send: Any) -> None:
    [answer] = data(send(cast.customer, ("photo.jpg", zoo.photo_with_metadata())), 201)["attachments"]
    got = content_of(fetch(answer["url"]))
    image = Image.open(io.BytesIO(got))
    assert image.size == zoo.PICTURE_SIZE[::-1]
    assert not image.getexif()
    assert b"secret" not in got
    assert b"Exif" not in got


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_an_animation_keeps_its_frames_and_their_time(form: str, cast: Any, send: Any) -> None:
    [answer] = data(send(cast.customer, (f"m.{form.lower()}", zoo.moving(form, frames=5))), 201)["attachments"]
    image: Any = Image.open(io.BytesIO(content_of(fetch(answer["url"]))))
    assert image.n_frames == 5
    assert image.info["loop"] == 0
    image.seek(1)
    image.load()
    assert image.info["duration"] == 120
    assert abs(image.convert("RGB").getpixel((5, 5))[0] - 40) < 10


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_an_animation_of_too_many_pixels_is_kept_as_its_first_frame(form: str, cast: Any, send: Any) -> None:
    content = zoo.moving(form, frames=6, size=(2500, 2000))
    [answer] = data(send(cast.customer, (f"m.{form.lower()}", content)), 201)["attachments"]
    image: Any = Image.open(io.BytesIO(content_of(fetch(answer["url"]))))
    assert (image.n_frames, image.size) == (1, (2500, 2000))


def test_the_clear_colour_of_a_palette_stays_clear(cast: Any, send: Any) -> None:
    content = zoo.picture("PNG", mode="P", transparency=3)
    [answer] = data(send(cast.customer, ("p.png", content)), 201)["attachments"]
    image = Image.open(io.BytesIO(content_of(fetch(answer["url"]))))
    assert image.info["transparency"] == 3


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_with_a_profile_keeps_the_colours_it_means(form: str, cast: Any, send: Any) -> None:
    """A profile whose red and blue are exchanged: what its numbers call red is blue."""
    content = zoo.in_colours_of(zoo.exchanged_profile(), (250, 10, 10), form)
    [answer] = data(send(cast.customer, (f"p.{form.lower()}", content)), 201)["attachments"]
    image = Image.open(io.BytesIO(content_of(fetch(answer["url"]))))
    assert "icc_profile" not in image.info
    red, _green, blue = image.convert("RGB").getpixel((9, 9))  # type: ignore[misc]
    assert (red < 60, blue > 200) == (True, True)


def test_a_refusal_names_the_kinds_that_are_taken(cast: Any, send: Any) -> None:
    error = refusal(send(cast.customer, ("x.bmp", zoo.picture("BMP"))), 415, "unsupported_type")
    for kind in ("JPEG", "HEIC", "PDF", "CSV", "MP4"):
        assert kind in error["message"]


def test_pictures_are_decoded_in_a_process_with_bounded_memory_and_none_of_our_secrets(cast: Any, send: Any) -> None:
    limit = resource.getrlimit(resource.RLIMIT_AS)
    content = zoo.picture("JPEG", size=(7000, 7000), quality=60)
    answer = data(send(cast.customer, ("large.jpg", content)), 201)["attachments"][0]
    assert answer["size"] > 0
    assert resource.getrlimit(resource.RLIMIT_AS) == limit
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < images.MAX_MEMORY_BYTES // 1024


def test_a_picture_the_machine_has_no_time_for_is_not_called_damaged(
    cast: Any, send: Any, stored: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_process, "WORK_SECONDS", 0.001)
    refusal(send(cast.customer, ("photo.jpg", zoo.photo_with_metadata())), 503, "unavailable")
    assert stored() == []
