"""A file is taken in harmless or not at all."""

from __future__ import annotations

import hashlib
import io

import pikepdf
import pytest
from PIL import Image

from cases.evidence.intake import PAGES_MAX, Unfit, take_in
from tests.evidence import files

LARGEST = 5_000_000
HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
EXE = b"MZ\x90\x00\x03" + b"\0" * 300


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
def test_pictures_of_every_phone_become_plain_jpeg(kind: str) -> None:
    taken = take_in(files.picture(kind), largest=LARGEST)
    assert taken.kind == "jpeg"
    assert Image.open(io.BytesIO(taken.data)).format == "JPEG"
    assert taken.stored_sha256 == hashlib.sha256(taken.data).hexdigest()


def test_what_the_camera_wrote_is_read_first_and_gone_from_the_copy() -> None:
    taken = take_in(files.with_place(), largest=LARGEST)
    assert taken.taken_place == "36.50000,105.72000"
    assert taken.taken_at == "2026-11-03T10:20:30"
    assert not Image.open(io.BytesIO(taken.data)).getexif()


def test_a_large_photo_is_shrunk_and_turned_upright() -> None:
    exif = Image.Exif()
    exif[274] = 6
    taken = take_in(files.picture(size=(4000, 3000), exif=exif), largest=LARGEST)
    assert Image.open(io.BytesIO(taken.data)).size == (1800, 2400)


def test_a_see_through_picture_is_laid_on_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(out, "PNG")
    taken = take_in(out.getvalue(), largest=LARGEST)
    assert Image.open(io.BytesIO(taken.data)).getpixel((5, 5)) == (255, 255, 255)


def test_a_pdf_keeps_its_pages_and_nothing_else() -> None:
    taken = take_in(files.pdf(3) + b"<script>alert(1)</script>", largest=LARGEST)
    assert (taken.kind, taken.pages) == ("pdf", 3)
    assert b"script" not in taken.data
    with pikepdf.open(io.BytesIO(taken.data)) as document:
        assert len(document.pages) == 3


@pytest.mark.parametrize(
    "data,code",
    [
        (b"", "empty"), (HTML, "type"), (SVG, "type"), (EXE, "type"), (b"hello", "type"), (b"\xff\xd8\xff\xe0" + HTML, "broken"),
        (b"\x89PNG\r\n\x1a\n" + EXE, "broken"), (b"%PDF-1.7\n" + HTML, "broken"), (b"GIF89a" + b"\0" * 99, "type"),
    ],
)  # fmt: skip
def test_what_is_no_paper_is_refused_by_its_bytes_whatever_it_is_called(data: bytes, code: str) -> None:
    with pytest.raises(Unfit) as refused:
        take_in(data, largest=LARGEST)
    assert refused.value.code == code
    assert str(refused.value.sentence).endswith("。")


@pytest.mark.parametrize(
    "data", [files.picture()[:700], files.picture("PNG")[:300], files.picture("HEIF")[:200], files.pdf()[:300]]
)
def test_a_file_that_did_not_arrive_whole_is_refused(data: bytes) -> None:
    with pytest.raises(Unfit) as refused:
        take_in(data, largest=LARGEST)
    assert refused.value.code in ("broken", "type")


def test_a_picture_that_is_also_a_page_or_an_archive_loses_the_other_half() -> None:
    taken = take_in(files.picture() + HTML + b"PK\x03\x04" + b"\0" * 50, largest=LARGEST)
    assert b"script" not in taken.data
    assert b"PK\x03\x04" not in taken.data


@pytest.mark.parametrize("change", [files.script, files.launcher, files.attachment])
def test_a_pdf_that_acts_or_carries_files_is_refused(change: object) -> None:
    with pytest.raises(Unfit) as refused:
        take_in(files.pdf(change=change), largest=LARGEST)
    assert refused.value.code == "active"


@pytest.mark.parametrize("user", ["", "secret"])
def test_a_locked_pdf_is_refused(user: str) -> None:
    with pytest.raises(Unfit) as refused:
        take_in(files.pdf(encryption=pikepdf.Encryption(owner="o", user=user)), largest=LARGEST)
    assert refused.value.code == "encrypted"


def test_too_large_too_many_points_and_too_many_pages_are_refused() -> None:
    with pytest.raises(Unfit) as large:
        take_in(b"\xff" * 100, largest=99)
    with pytest.raises(Unfit) as points:
        take_in(files.picture("PNG", size=(9000, 8000)), largest=LARGEST)
    with pytest.raises(Unfit) as pages:
        take_in(files.pdf(PAGES_MAX + 1), largest=LARGEST)
    assert [one.value.code for one in (large, points, pages)] == ["too_large", "pixels", "pages"]
