"""Files as people send them, and as somebody hostile would."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def picture(kind: str = "JPEG", size: tuple[int, int] = (600, 400), **more: Any) -> bytes:
    """A plain picture."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind, **more)
    return out.getvalue()


def with_place() -> bytes:
    """A photo in which a camera wrote where and when it was taken."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[36867] = "2026:11:03 10:20:30"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (36.0, 30.0, 0.0), "E", (105.0, 43.0, 12.0)
    return picture(exif=exif)


def pdf(pages: int = 1, change: Any = None, **more: Any) -> bytes:
    """A PDF of empty pages."""
    document = pikepdf.new()
    for _page in range(pages):
        document.add_blank_page()
    if change is not None:
        change(document)
    out = io.BytesIO()
    document.save(out, **more)
    return out.getvalue()


def script(document: Any) -> None:
    """Adds a script that runs when the file is opened."""
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name("/JavaScript"), JS="app.alert(1)")


def launcher(document: Any) -> None:
    """Adds an action that starts a program."""
    page = document.pages[0].obj
    page.Annots = pikepdf.Array(
        [pikepdf.Dictionary(Type=pikepdf.Name("/Annot"), A=pikepdf.Dictionary(S=pikepdf.Name("/Launch"), F="cmd.exe"))]
    )


def attachment(document: Any) -> None:
    """Adds a file inside the file."""
    document.attachments["x.exe"] = b"MZ"


def upload(data: bytes, name: str = "photo.jpg", kind: str = "image/jpeg") -> SimpleUploadedFile:
    """The file as a browser sends it."""
    return SimpleUploadedFile(name, data, content_type=kind)
