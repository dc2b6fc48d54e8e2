"""An outsider with one file and one key: the bundle, the proof of a case, a database that he may not trust."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.history import merkle
from cases.history.bundle import export
from cases.history.proof import proof
from cases.history.sealing import rules
from tests.attack.world import World, attack
from tools import reliefverify as outsider

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> tuple[int, str]:
    """The program as the outsider starts it, without the product on its path."""
    told = subprocess.run(
        [sys.executable, "-I", str(ROOT / "tools" / "reliefverify.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    return told.returncode, told.stdout + told.stderr


@pytest.fixture(scope="module")
def bundle(world: World) -> Path:
    path = world.folder / "all.zip"
    with attack(world, random.Random(0)), path.open("wb") as target:
        export(world.link, target, case=None, number="", origin=world.keys.origin, now="")
    return path


def test_a_bundle_is_checked_without_the_product(world: World, bundle: Path) -> None:
    code, said = run("bundle", str(bundle), "--trust", str(world.trust()))
    assert code == 0 and "nothing is wrong" in said and "key pinned" in said
    code, said = run("bundle", str(bundle), "--json")
    told = json.loads(said)
    assert (code, told["clean"], told["pinned"]) == (0, True, False)
    assert told["events"] + told["looks"] == told["leaves"] == told["tree_size"]


def other_word(lines: list[str]) -> list[str]:
    at = next(number for number, line in enumerate(lines) if "test.step" in line)
    return [*lines[:at], lines[at].replace("test.step", "test.stop"), *lines[at + 1 :]]


def other_root(lines: list[str]) -> list[str]:
    root = json.loads(lines[1])[1]
    return [lines[0], lines[1].replace(root, root[::-1]), *lines[2:]]


CHANGES = {
    "one entry": ("entries.ndjson", other_word, "event_changed"),
    "one line gone": ("entries.ndjson", lambda lines: [*lines[:150], *lines[151:]], "missing"),
    "one root": ("checkpoints.ndjson", other_root, "checkpoint_changed"),
    "one key gone": ("keys.ndjson", lambda lines: [lines[0]], "note_forged"),
}


@pytest.mark.parametrize(("member", "change", "cause"), CHANGES.values(), ids=CHANGES)
def test_a_bundle_that_was_changed_says_where(
    world: World, bundle: Path, tmp_path: Path, member, change, cause
) -> None:
    path = tmp_path / "changed.zip"
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            target.writestr(name, "".join(change(text.splitlines(keepends=True))) if name == member else text)
    code, said = run("bundle", str(path))
    assert code == 1 and cause in said.splitlines()[0], said


def test_what_is_no_bundle_and_no_database_is_not_decided(world: World, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK nothing")
    assert run("bundle", str(tmp_path / "x.zip"))[0] == 2
    assert run("database", "host=127.0.0.1 port=1 dbname=no user=no")[0] == 2
    (tmp_path / "proof.json").write_text("{}")
    assert run("proof", str(tmp_path / "proof.json"), "--trust", str(world.trust()))[0] == 2


@pytest.fixture(scope="module")
def proved(world: World) -> dict:
    """The proof of a chain that has the name of a case."""
    with attack(world, random.Random(0)) as hand:
        (stream,) = hand.one("SELECT id FROM cases_stream WHERE kind = 'attacked' AND key = '5'")
        hand.run("UPDATE cases_stream SET kind = 'case', key = '4242' WHERE id = %s", [stream])
        return proof(world.link, case=4242, number="640422-2026-000123-7")


def test_the_proof_of_a_case_is_small_and_checked_offline_with_one_key(
    world: World, proved: dict, tmp_path: Path
) -> None:
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(proved))
    code, said = run("proof", str(path), "--trust", str(world.trust()))
    assert code == 0 and "12 entries" in said, said
    assert len(json.dumps({**proved, "entries": []})) < 8192
    assert run("proof", str(path))[0] == 2  # without a key of his own it proves nothing


def test_a_proof_with_any_byte_changed_fails(world: World, proved: dict) -> None:
    trust, rng = outsider.Trust.read(str(world.trust())), random.Random(7)
    assert outsider.check_proof(proved, trust).findings == []
    for _ in range(150):
        told = json.loads(json.dumps(proved))
        entry = rng.choice(told["entries"])
        column = rng.randrange(4, len(entry))
        value = str(entry[column]) if entry[column] is not None else ""
        at = rng.randrange(len(value)) if value else 0
        entry[column] = value[:at] + ("1" if value[at : at + 1] != "1" else "2") + value[at + 1 :]
        with pytest.raises(AssertionError):
            assert outsider.check_proof(told, trust).findings == []
    (leaf, path) = next(iter(proved["paths"].items()))
    assert outsider.check_proof({**proved, "paths": {leaf: [path[0][::-1], *path[1:]]}}, trust).findings
    assert outsider.check_proof({**proved, "entries": [*proved["entries"][:3], *proved["entries"][4:]]}, trust).findings


def root_of(leaves: list[bytes]) -> bytes:
    edge = merkle.Frontier()
    for leaf in leaves:
        edge.append(leaf)
    return edge.root()


@settings(max_examples=40)
@given(st.integers(1, 700), st.randoms())
def test_two_implementations_of_the_tree_agree(size: int, rng: random.Random) -> None:
    leaves = [bytes([rng.randrange(256)]) * 32 for _ in range(size)]
    tree = outsider.Tree()
    for leaf in leaves:
        tree.push(leaf)
    assert tree.root() == root_of(leaves)

    def node(level: int, index: int) -> bytes:
        return root_of(leaves[index << level : (index + 1) << level])

    at = rng.randrange(size)
    path = merkle.inclusion_proof(at, size, node)
    assert outsider.root_from_path(leaves[at], at, size, path) == tree.root()
    assert outsider.root_from_path(leaves[at], at, size, [*path, bytes(32)]) != tree.root()
    assert size == 1 or outsider.root_from_path(leaves[at], at, size, path[:-1]) != tree.root()


def test_a_key_is_trusted_when_a_trusted_one_handed_over_to_it(world: World) -> None:
    old, new, origin = *world.keys.log, world.keys.origin
    public = rules.key_of(origin, new.public_key().public_bytes_raw()).public
    kids = [rules.kid_of(origin, key.public_key().public_bytes_raw()) for key in (old, new)]
    text = rules.change_text(origin=origin, old=kids[0], new=kids[1], public=public, first=38)
    told = {
        "origin": origin,
        "old": kids[0],
        "new": kids[1],
        "public_key": base64.b64encode(public).decode(),
        "from_size": 38,
    }
    signed = {
        "signed_by_old": base64.b64encode(old.sign(text)).decode(),
        "signed_by_new": base64.b64encode(new.sign(text)).decode(),
    }
    rows = [outsider.SealKey("a", old.public_key().public_bytes_raw(), 1, 37), outsider.SealKey("b", public, 38, None)]
    trust = outsider.Trust([outsider.Key.parse(world.keys.vkey(0))])

    def causes(payload: dict) -> list[str]:
        report = outsider.Report()
        outsider.Seals(report, trust, rows, [], [json.dumps(payload)])
        return [one.cause for one in report.findings]

    assert causes({**told, **signed}) == []
    assert causes({**told, **signed, "from_size": 1}) == ["key_unknown"]
    assert causes({**told, **signed, "signed_by_old": ""}) == ["key_unknown"]
