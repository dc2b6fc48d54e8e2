"""A witness signs only what grew from what it saw; anybody may check; only a registered witness's true word is kept."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from structlog.testing import capture_logs

from cases.calendar import clock
from cases.errors import Refusal
from cases.history import merkle, notes
from cases.history.sealing import actions, keyfile, queries, rules
from cases.history.sealing.models import Checkpoint, WitnessReceipt
from cases.notices.queries import Sheet, print_data
from cases.publicity.page import render_list
from project.pdf import render_pdf
from tests.kit.test_pdf import words_of
from tests.seals.conftest import cosign, happens, root_of
from tools import reliefwitness
from workflows.running import seals

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sealer"])


class Other:
    """The same history told otherwise: answers of a log that lies, signed with its true key."""

    def __init__(self) -> None:
        self.note, self.proof, self.sent = "", "{}", 0
        other = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write((other.proof if "consistency" in self.path else other.note).encode())

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                other.sent += 1
                self.send_response(201)
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def other() -> Iterator[Other]:
    made = Other()
    yield made
    made.server.shutdown()
    made.server.server_close()


def log_key() -> str:
    return queries.key_lines()[-1].split(" ")[0]


def witnessing(tmp_path: Path, url: str, *words: str, name: str = "office-b") -> int:
    """One look of the witness, as its office runs it."""
    return reliefwitness.main(
        ["--state", str(tmp_path / name), "--key", str(tmp_path / f"{name}.key"), "--name", name, "--url", url,
         "--log", log_key(), "--once", *words]
    )  # fmt: skip


def registered(tmp_path: Path, capsys: Any, name: str = "office-b") -> None:
    witnessing(tmp_path, "http://127.0.0.1:1", "--show-key", name=name)
    call_command("witness", "add", capsys.readouterr().out.strip())
    capsys.readouterr()


def signed(size: int, root: bytes, key_file: Path) -> str:
    """A note that the true key signs."""
    body = notes.Checkpoint(queries.origin(), size, root).body()
    return notes.Note(body, (notes.sign(body, name=queries.origin(), key=keyfile.read(key_file)[0]),)).text()


def test_a_witness_signs_what_grew_and_its_receipt_is_kept(sealer, live_server, tmp_path, capsys):
    sealer.one_pass()
    assert witnessing(tmp_path, live_server.url) == 2
    assert "no registered witness" in capsys.readouterr().err
    registered(tmp_path, capsys)
    assert witnessing(tmp_path, live_server.url) == 0
    happens(300)
    sealer.one_pass()
    assert witnessing(tmp_path, live_server.url) == 0 and witnessing(tmp_path, live_server.url) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("nothing new")
    kept = WitnessReceipt.objects.order_by("tree_size")
    assert [(row.tree_size, bytes(row.root)) for row in kept] == [
        (row.tree_size, bytes(row.root)) for row in Checkpoint.objects.order_by("tree_size")
    ]
    (watch,) = queries.witnesses()
    assert (watch.name, watch.size, watch.is_old) == ("office-b", queries.latest().tree_size, False)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_demo_clock SET ahead = ahead + interval '25 hours'")
    assert queries.witnesses()[0].is_old
    call_command("witness")
    assert capsys.readouterr().out.strip().endswith(" OLD")
    call_command("witness", "end", "office-b")
    assert queries.witnesses() == [] and kept.count() == 2
    with pytest.raises(Refusal):
        actions.end_witness(name="office-b")


def test_a_witness_refuses_a_fork_a_cut_and_a_bad_proof_aloud(sealer, key_file, other, tmp_path, capsys):
    leaves = [bytes([number]) * 32 for number in range(20)]
    other.note = signed(10, root_of(leaves[:10]), key_file)
    assert witnessing(tmp_path, other.url) == 0 and other.sent == 1
    lies = {
        "FORK: another root": (signed(10, b"x" * 32, key_file), "{}"),
        "CUT": (signed(9, root_of(leaves[:9]), key_file), "{}"),
        "did not grow": (signed(20, root_of(leaves), key_file), '{"proof": ["' + "A" * 43 + '="]}'),
        "did not grow from": (signed(20, root_of(leaves), key_file), '{"proof": []}'),
    }
    for told, (other.note, other.proof) in lies.items():
        assert witnessing(tmp_path, other.url) == 1
        assert told in (said := capsys.readouterr().err) and "NOTHING WAS SIGNED" in said
    assert len([*(tmp_path / "office-b").glob("evidence-*.note")]) == 3
    stranger = Ed25519PrivateKey.generate()
    body = notes.Checkpoint(queries.origin(), 20, b"x" * 32).body()
    for other.note in (
        notes.Note(body, (notes.sign(body, name=queries.origin(), key=stranger),)).text(),
        "no note",
        signed(20, root_of(leaves), key_file).replace("\n20\n", "\n21\n"),
    ):
        assert witnessing(tmp_path, other.url) == 2
    other.note, other.proof = signed(20, root_of(leaves), key_file), "[]"
    assert witnessing(tmp_path, other.url) == 2 and other.sent == 1
    steps = merkle.consistency_proof(
        10, 20, lambda level, index: root_of(leaves[index << level : (index + 1) << level])
    )
    other.proof = '{"proof": [' + ",".join(f'"{base64.b64encode(step).decode()}"' for step in steps) + "]}"
    assert witnessing(tmp_path, other.url) == 0 and other.sent == 2


def word(note: str, key: Ed25519PrivateKey, name: str = "office-b") -> str:
    """A note with a witness's line below."""
    line = cosign(notes.read_note(note).body, name=name, key=key, at=1_790_000_000)
    return note + line.line()


def test_only_a_registered_witness_of_a_sealed_size_is_taken_at_its_word_and_once(sealer, key_file, client):
    key = Ed25519PrivateKey.generate()
    actions.add_witness(vkey=notes.Key("office-b", notes.WITNESS, key.public_key().public_bytes_raw()).vkey())
    sealer.one_pass()
    now, point = clock.now(), queries.latest()

    def given(text: str) -> int:
        return Client().post("/seals/receipt", text, content_type="text/plain").status_code

    right = word(point.note, key)
    refused = {
        "nothing": 422,
        point.note: 422,
        word(point.note, Ed25519PrivateKey.generate()): 422,
        word(point.note, key, "office-c"): 422,
        right.replace("office-b", "office-d"): 422,
        word(point.note.replace(queries.origin(), "another/history"), key): 422,
        word(
            notes.Note(
                notes.Checkpoint(queries.origin(), 7, b"x" * 32).body(), notes.read_note(point.note).signatures
            ).text(),
            key,
        ): 409,
    }
    assert {text: given(text) for text in refused} == refused
    assert not WitnessReceipt.objects.exists()

    answers: list[bool] = []

    def take() -> None:
        answers.append(actions.take_receipt(text=right, channel="http", now=now))
        connections.close_all()

    threads = [threading.Thread(target=take) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False, False, False, True] and WitnessReceipt.objects.count() == 1
    assert given(right) == 200
    assert right == Client().get("/seals/checkpoint").content.decode(), "the note is shown with the line of its witness"

    forked = word(signed(point.tree_size + 5, b"y" * 32, key_file), key)
    with capture_logs() as lines:
        assert given(forked) == 409
    assert WitnessReceipt.objects.filter(tree_size=point.tree_size + 5).exists(), (
        "proof that the key signed something else"
    )
    assert [line["log_level"] for line in lines if "another root" in line["event"]] == ["error"]
    for wrong in ("x", log_key(), notes.Key("office-b", notes.WITNESS, b"k" * 32).vkey()):
        with pytest.raises(Refusal):
            actions.add_witness(vkey=wrong)


def test_anybody_may_ask_for_roots_proofs_keys_and_the_page_of_a_day(sealer):
    page = Client()
    day = clock.today()
    assert page.get("/seals/checkpoint").status_code == 404 and page.get(f"/seals/day/{day}/").status_code == 404
    assert queries.printed_root() is None
    sealer.one_pass()
    happens(3)
    sealer.one_pass()
    (first, second) = Checkpoint.objects.order_by("tree_size")
    assert page.get("/seals/checkpoint").content.decode() == second.note
    assert page.get(f"/seals/checkpoint?size={first.tree_size}").content.decode() == first.note
    told = page.get(f"/seals/consistency?from={first.tree_size}&to={second.tree_size}").json()["proof"]
    steps = [base64.b64decode(step) for step in told]
    assert merkle.grew(
        first=first.tree_size, second=second.tree_size, old=bytes(first.root), new=bytes(second.root), path=steps
    )
    for wrong in ("", "from=0&to=1", "from=2&to=1", f"from=1&to={second.tree_size + 1}", "from=x&to=1"):
        assert page.get(f"/seals/consistency?{wrong}").status_code == 422
    assert (
        page.get("/seals/checkpoint?size=1").status_code == 404
        and page.get("/seals/checkpoint?size=x").status_code == 404
    )
    assert notes.read_vkey(page.get("/seals/keys").content.decode().split(" ")[0]).name == queries.origin()

    for language, title in (("zh-hans", "封存码"), ("en", "Seal code")):
        shown = page.get(f"/seals/day/{day}/", headers={"accept-language": language}).content.decode()
        assert title in shown and rules.grouped(bytes(first.root)) in shown and first.note.split("\n")[2] in shown
    assert page.get(f"/seals/day/{day + timedelta(days=1)}/").status_code == 404
    printed = queries.printed_root()
    assert rules.grouped(bytes(first.root)).startswith(printed.short) and printed.path == f"/seals/day/{day}/"


def test_paper_carries_the_root_of_the_day_and_nothing_of_a_case(sealer, settings):
    sheet = Sheet(
        "通知",
        [{"kind": "p", "text": "正文"}],
        "办好了",
        "2026-1",
        "640422-2026-000001-1",
        "办公室",
        "000",
        *[clock.today()] * 2,
        False,
    )
    assert print_data(sheet, large=False)["seal_qr"] == ""
    sealer.one_pass()
    data, root = print_data(sheet, large=False), queries.printed_root()
    assert root.short in words_of(render_pdf("notice", data)) and root.short in data["seal_words"]
    assert data["seal_qr"].endswith(f"/seals/day/{clock.today()}/") and sheet.case_number not in data["seal_qr"]
    plist = SimpleNamespace(
        number="n",
        division_code="64",
        starts_on=clock.today(),
        ends_on=clock.today(),
        ends_provisional=False,
        token="t",
    )
    assert root.short in render_list(plist, [], {"64": "某省"})


def test_a_seal_that_is_late_warns_calls_and_turns_the_site_red(sealer, client, settings, cast):
    numbers = {"Authorization": "Bearer a-token-of-this-installation"}
    settings.METRICS_TOKEN = "a-token-of-this-installation"
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    actions.add_witness(vkey=notes.Key("office-b", notes.WITNESS, key).vkey())
    sealer.one_pass()
    assert client.get("/health/ready").json()["checks"]["seals"] == "ok"
    levels = []
    for wait in (0, 6, 60, 25 * 3600):
        happens()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE cases_demo_clock SET ahead = ahead + %s * interval '1 second'", [wait])
        seals._times.clear()
        with capture_logs() as lines:
            seals.look()
            seals.look()
        levels.append([(line["log_level"], line["event"].split(" ")[0]) for line in lines])
    assert levels == [[], [("warning", "entries")], [("error", "entries")], [("error", "entries"), ("error", "a")]]
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert (
        "is the sealer running" in answer.json()["checks"]["seals"]
        and "1 witnesses" in answer.json()["checks"]["witnesses"]
    )
    told = client.get("/metrics", headers=numbers).content.decode()
    assert "relief_seal_held 0.0" in told and 'relief_witness_receipt_age_seconds{witness="office-b"} 9' in told
    client.force_login(cast["sysadmin"], backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/operations/").content.decode()
    assert "封存停了" in page and "超过一天没有回执" in page
    sealer.one_pass()
    assert client.get("/health/ready").json()["checks"]["seals"] == "ok"
    assert "封存停了" not in client.get("/operations/").content.decode()
