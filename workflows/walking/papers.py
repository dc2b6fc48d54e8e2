"""Pictures of invented papers (演示材料) for the demonstration and the tests."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw


def picture(label: str, *, seed: int = 0) -> SimpleUploadedFile:
    """A small photo of a paper that says what it stands for; another seed is another file."""
    return SimpleUploadedFile(f"{label}.jpg", _drawn(label, seed), content_type="image/jpeg")


@lru_cache(maxsize=256)
def _drawn(label: str, seed: int) -> bytes:
    image = Image.new("RGB", (620, 820), (250, 248, 242))
    draw = ImageDraw.Draw(image)
    draw.rectangle((30, 30, 590, 790), outline=(120, 120, 120), width=3)
    draw.text((60, 60), f"DEMO PAPER {label}", fill=(40, 40, 40))
    for line in range(14):
        width = 200 + (seed * 37 + line * 53) % 300
        draw.rectangle((60, 130 + line * 42, 60 + width, 140 + line * 42), fill=(190, 190, 190))
    draw.text((60, 750), f"no. {seed:06d}", fill=(120, 120, 120))
    out = BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()
