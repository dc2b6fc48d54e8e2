"""The dossier as one zip file, written as it is sent: a paper is opened when its turn comes and lies nowhere in clear."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from cases.evidence import vault
from workflows.inspection.dossier.queries import Dossier
from workflows.reports.eventlog import signing

FORMAT = "relief-dossier/1"
SHEET, VERIFIER = "案卷.pdf", "reliefverify.py"
TEXTS = Path(__file__).with_name("texts")
NO_PROOF = {
    "zh": "没有 proof.json：这个案卷还没有一条记录封存。",
    "en": "There is no proof.json: nothing of this case is sealed yet.",
}


class _Pipe(io.RawIOBase):
    """Takes what the zip file writes until it is sent."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What came since the last time."""
        whole, self.parts = b"".join(self.parts), []
        return whole


def packed(dossier: Dossier) -> Iterator[bytes]:
    """The bytes of the zip file, one member after the other; last the list of all of them, signed."""
    pipe, files, faults = _Pipe(), list[dict[str, Any]](), list[dict[str, str]]()
    when = timezone.localtime(dossier.made_at).timetuple()[:6]
    with zipfile.ZipFile(pipe, "w") as archive:
        for name, data in _members(dossier, faults):
            _put(archive, name, data, when)
            files.append({"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
            yield pipe.taken()
        listed, signature = _manifest(dossier, files, faults)
        _put(archive, "manifest.json", listed, when)
        _put(archive, "manifest.sig", signature, when)
    yield pipe.taken()


def _put(archive: zipfile.ZipFile, name: str, data: bytes, when: Any) -> None:
    info = zipfile.ZipInfo(name, when)
    is_small_already = name.endswith((".jpg", ".pdf"))
    info.compress_type = zipfile.ZIP_STORED if is_small_already else zipfile.ZIP_DEFLATED
    archive.writestr(info, data)


def _members(dossier: Dossier, faults: list[dict[str, str]]) -> Iterator[tuple[str, bytes]]:
    yield SHEET, dossier.pdf
    for paper in dossier.papers:
        try:
            data = vault.get(paper.token, paper.path)
        except (ValueError, OSError) as fault:
            faults.append({"name": paper.name, "why": type(fault).__name__})
            continue
        if hashlib.sha256(data).hexdigest() != paper.sha256:
            faults.append({"name": paper.name, "why": "not what was stored"})
        yield paper.name, data
    yield "events.jsonl", b"".join(dossier.chain.lines)
    if dossier.proof is not None:
        yield "proof.json", json.dumps(dossier.proof, ensure_ascii=False, indent=0).encode() + b"\n"
    yield VERIFIER, (Path(settings.BASE_DIR) / "tools" / VERIFIER).read_bytes()
    yield "README.txt", _readme(dossier).encode()


def _readme(dossier: Dossier) -> str:
    """How to check it without the office and without a network, in both languages."""
    told = []
    for language in ("zh", "en"):
        words = (TEXTS / f"readme.{language}.txt").read_text("utf-8")
        facts = {
            "number": dossier.case.number, "made": f"{timezone.localtime(dossier.made_at):%Y-%m-%d %H:%M}",
            "entries": len(dossier.chain.lines), "unsealed": dossier.chain.unsealed,
            "no_proof": "" if dossier.proof else f"\n{NO_PROOF[language]}\n", "key": signing.public_key().vkey(),
        }  # fmt: skip
        told.append(words.format(**facts))
    return "\n----\n\n".join(told)


def _manifest(dossier: Dossier, files: list[Any], faults: list[Any]) -> tuple[bytes, bytes]:
    facts = {
        "format": FORMAT, "case": dossier.case.number, "programme": dossier.case.programme,
        "made_at": dossier.made_at.isoformat(), "entries": len(dossier.chain.lines), "unsealed": dossier.chain.unsealed,
        "head": dossier.chain.head, "faults": faults, "files": files,
    }  # fmt: skip
    body = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    return body.encode(), signing.signed(body).removeprefix(f"{body}\n").encode()
