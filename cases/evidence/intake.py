"""Take in a file that somebody sent: what it is, whether it is whole, and a harmless copy. Bytes in, bytes out."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pikepdf
import pillow_heif
import puremagic
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from PIL import ExifTags, Image, ImageOps

pillow_heif.register_heif_opener()

PIXELS_MAX = 64_000_000
SIDE_MAX = 2400
QUALITY = 85
PAGES_MAX = 60
_EXTENSIONS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".heif": "HEIF", ".heic": "HEIF", ".pdf": "PDF"}
_HEAD = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n", "PDF": b"%PDF-"}
_ACTIVE = {
    "/JavaScript", "/JS", "/Launch", "/EmbeddedFiles", "/EmbeddedFile", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData",
}  # fmt: skip


class Unfit(ValueError):
    """不能收的文件: a sentence for the person and a code for the record."""

    def __init__(self, code: str, sentence: Any) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class TakenIn:
    """收下的文件: the harmless copy, what it is (jpeg or pdf), pages, digests, and what a camera wrote about place and time."""

    kind: str
    data: bytes
    pages: int
    sha256: str
    stored_sha256: str
    size: int
    taken_place: str = ""
    taken_at: str = ""


def take_in(data: bytes, *, largest: int) -> TakenIn:
    """Sniff, open, and write anew: pictures as JPEG without metadata, PDF without anything that acts. Raises Unfit."""
    if not data:
        raise Unfit("empty", _("这个文件是空的，请重新选择。"))
    if len(data) > largest:
        raise Unfit(
            "too_large",
            format_lazy(_("文件太大，最多 {most} 兆。请重拍一张，或分几次交。"), most=largest // 1024 // 1024),
        )
    kind = sniff(data)
    place = moment = ""
    if kind == "PDF":
        copy, pages = _pdf(data)
    else:
        copy, place, moment = _picture(data, kind)
        pages = 1
    return TakenIn(
        kind="pdf" if kind == "PDF" else "jpeg", data=copy, pages=pages, sha256=hashlib.sha256(data).hexdigest(),
        stored_sha256=hashlib.sha256(copy).hexdigest(), size=len(copy), taken_place=place, taken_at=moment,
    )  # fmt: skip


def sniff(data: bytes) -> str:
    """JPEG, PNG, HEIF or PDF by the bytes, never by the name. Raises Unfit for anything else."""
    try:
        found = [match.extension for match in puremagic.magic_string(data)]
    except puremagic.PureError:
        found = []
    for extension in found:
        kind = _EXTENSIONS.get(extension, "")
        if kind and (data.startswith(_HEAD[kind]) if kind in _HEAD else data[4:8] == b"ftyp"):
            return kind
    raise Unfit("type", _("只收照片（JPG、PNG、HEIC）和 PDF。请换一个文件，或直接拍照。"))


@contextmanager
def _opened(data: bytes, kind: str) -> Iterator[Image.Image]:
    broken = Unfit("broken", _("照片打不开，可能没有传完。请重拍一张再试。"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = Image.open(io.BytesIO(data), formats=[kind])
            if picture.width * picture.height > PIXELS_MAX:
                raise Unfit("pixels", _("照片的尺寸太大。请用手机普通模式重拍一张。"))
            yield picture
    except Unfit:
        raise
    except Exception as error:  # decoders raise many kinds of errors on hostile bytes; each means that it is no picture
        raise broken from error


def _picture(data: bytes, kind: str) -> tuple[bytes, str, str]:
    with _opened(data, kind) as picture:
        place, moment = _where_and_when(picture)
        picture.draft("RGB", (SIDE_MAX, SIDE_MAX))
        picture.load()
        upright = ImageOps.exif_transpose(picture) or picture
        flat = _flattened(upright)
        flat.thumbnail((SIDE_MAX, SIDE_MAX))
        out = io.BytesIO()
        flat.save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue(), place, moment


def _flattened(picture: Image.Image) -> Image.Image:
    """A fresh image on white, with no metadata of the old one."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        flat = Image.new("RGB", layered.size, "white")
        flat.paste(layered, mask=layered.getchannel("A"))
        return flat
    flat = Image.new("RGB", picture.size)
    flat.paste(picture.convert("RGB"))
    return flat


def _where_and_when(picture: Image.Image) -> tuple[str, str]:
    """Place as `纬度,经度` and time as the camera wrote them; "" where it wrote nothing usable."""
    exif = picture.getexif()
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    taken = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    return _degrees(gps), _moment(taken)


def _degrees(gps: Any) -> str:
    try:
        north, east = gps[2], gps[4]
        lat = (float(north[0]) + float(north[1]) / 60 + float(north[2]) / 3600) * (-1 if gps.get(1) == "S" else 1)
        lon = (float(east[0]) + float(east[1]) / 60 + float(east[2]) / 3600) * (-1 if gps.get(3) == "W" else 1)
    except (KeyError, IndexError, TypeError, ValueError, ZeroDivisionError):
        return ""
    return f"{lat:.5f},{lon:.5f}" if abs(lat) <= 90 and abs(lon) <= 180 else ""


def _moment(text: Any) -> str:
    try:
        return datetime.strptime(str(text), "%Y:%m:%d %H:%M:%S").isoformat()  # noqa: DTZ007 (cameras write no zone)
    except ValueError:
        return ""


def _pdf(data: bytes) -> tuple[bytes, int]:
    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as document:
            if document.is_encrypted:
                raise Unfit("encrypted", _("PDF 加了密码，打不开。请去掉密码，或拍照上传。"))
            if not 1 <= len(document.pages) <= PAGES_MAX:
                raise Unfit("pages", format_lazy(_("PDF 最多 {most} 页。请分几个文件交。"), most=PAGES_MAX))
            _refuse_active(document)
            return _rewritten(document), len(document.pages)
    except pikepdf.PasswordError as error:
        raise Unfit("encrypted", _("PDF 加了密码，打不开。请去掉密码，或拍照上传。")) from error
    except pikepdf.PdfError as error:
        raise Unfit("broken", _("PDF 打不开，可能没有传完。请重新选择，或拍照上传。")) from error


def _refuse_active(document: pikepdf.Pdf) -> None:
    waiting: list[Any] = [document.trailer, *document.objects]
    while waiting:
        found = waiting.pop()
        if isinstance(found, pikepdf.Array):
            waiting += [one for one in found if _is_direct(one)]
            continue
        if not isinstance(found, (pikepdf.Dictionary, pikepdf.Stream)):
            continue
        action = found.get("/S")
        if set(found.keys()) & _ACTIVE or (isinstance(action, pikepdf.Name) and str(action) in _ACTIVE):
            raise Unfit("active", _("PDF 里带有程序或附件，不能收。请打印成普通 PDF，或拍照上传。"))
        waiting += [one for one in (found.get(key) for key in found.keys()) if _is_direct(one)]  # noqa: SIM118


def _is_direct(thing: Any) -> bool:
    return isinstance(thing, (pikepdf.Array, pikepdf.Dictionary)) and not thing.is_indirect


def _rewritten(document: pikepdf.Pdf) -> bytes:
    """The pages alone, in a new file: no outline, no form, no actions, no metadata."""
    with pikepdf.new() as fresh:
        for page in document.pages:
            for key in ("/AA", "/Annots", "/Metadata", "/PieceInfo"):
                if key in page.obj:
                    del page.obj[key]
            fresh.pages.append(page)
        out = io.BytesIO()
        fresh.save(out, deterministic_id=True)
    return out.getvalue()
