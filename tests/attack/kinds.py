"""Every kind of tampering: what the hand does, and where both checks must point. T numbers as in docs/attacks.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cases.history import merkle
from cases.history.chain import EVENT_FIELDS, event_hash
from tests.attack.world import Hand

EVENTS = "SELECT e.id, e.stream_id, e.seq FROM cases_event e JOIN cases_stream s ON s.id = e.stream_id WHERE s.kind = 'attacked'"


@dataclass(frozen=True)
class Place:
    """Where the first finding must stand: the row of a table, or a chain with a number; causes it may have."""

    causes: tuple[str, ...]
    table: str = ""
    row: str = ""
    seq: int | None = None

    def names(self, finding: Any) -> bool:
        """Whether this finding is of the right cause and points there."""
        if finding.cause not in self.causes:
            return False
        by_row = bool(self.row) and (finding.table, finding.row) == (self.table, self.row)
        by_number = self.seq is not None and finding.seq == self.seq and finding.stream.startswith("attacked/")
        return by_row or by_number or not (self.row or self.seq)


@dataclass(frozen=True)
class Kind:
    name: str
    number: str
    do: Callable[[Hand], Place]
    needs_witness: bool = False
    is_stored_twice: bool = False
    """What only spares counting again: the outsider does not read it."""


KINDS: list[Kind] = []


def kind(
    number: str, *, needs_witness: bool = False, is_stored_twice: bool = False
) -> Callable[[Callable[[Hand], Place]], Callable[[Hand], Place]]:
    """Register a kind under its T number."""

    def keep(do: Callable[[Hand], Place]) -> Callable[[Hand], Place]:
        KINDS.append(Kind(do.__name__, number, do, needs_witness, is_stored_twice))
        return do

    return keep


def _column(hand: Hand, column: str, value: str, params: tuple[Any, ...] = ()) -> Place:
    pk, _stream, seq = hand.one(EVENTS)
    with hand.unguarded("cases_event"):
        hand.run(f"UPDATE cases_event SET {column} = {value} WHERE id = %s", [*params, pk])
    return Place(("event_changed",), "cases_event", str(pk), seq)


@kind("T015")
def one_byte_of_the_payload(hand: Hand) -> Place:
    pk, _stream, seq = hand.one(EVENTS)
    text = hand.one("SELECT payload FROM cases_event WHERE id = %s", [pk])[0]
    at = hand.rng.choice([place for place, letter in enumerate(text) if letter.isalnum()])
    letter = "x" if text[at] != "x" else "y"
    with hand.unguarded("cases_event"):
        hand.run("UPDATE cases_event SET payload = %s WHERE id = %s", [text[:at] + letter + text[at + 1 :], pk])
    return Place(("event_changed",), "cases_event", str(pk), seq)


@kind("T016")
def the_actor(hand: Hand) -> Place:
    return _column(hand, "actor", "coalesce(actor, 0) + 1")


@kind("T017")
def the_time_by_a_microsecond(hand: Hand) -> Place:
    return _column(hand, "recorded_at", "recorded_at + interval '1 microsecond'")


@kind("T018")
def the_action(hand: Hand) -> Place:
    return _column(hand, "action", "'test.other'")


@kind("T018")
def the_outcome(hand: Hand) -> Place:
    return _column(hand, "outcome", "'denied'")


@kind("T018")
def the_business_day(hand: Hand) -> Place:
    return _column(hand, "happened_on", "happened_on - 1")


@kind("T015")
def the_hash_alone(hand: Hand) -> Place:
    return _column(hand, "hash", "sha256(hash)")


@kind("T015")
def the_link_to_the_one_before(hand: Hand) -> Place:
    return _column(hand, "prev", "sha256(prev)")


@kind("T020")
def a_middle_event_deleted(hand: Hand) -> Place:
    pk, _stream, seq = hand.one(f"{EVENTS} AND e.seq BETWEEN 2 AND 11")
    with hand.unguarded("cases_event"):
        hand.run("DELETE FROM cases_event WHERE id = %s", [pk])
    return Place(("event_missing",), "cases_event", str(pk), seq)


@kind("T020")
def the_last_event_deleted(hand: Hand) -> Place:
    pk, _stream, seq = hand.one(f"{EVENTS} AND e.seq = 12")
    with hand.unguarded("cases_event"):
        hand.run("DELETE FROM cases_event WHERE id = %s", [pk])
    return Place(("event_missing",), "cases_event", str(pk), seq)


@kind("T021")
def the_last_event_deleted_and_the_head_put_back(hand: Hand) -> Place:
    pk, stream, _seq = hand.one(f"{EVENTS} AND e.seq = 12")
    with hand.unguarded("cases_event", "cases_streamhead"):
        hand.run("DELETE FROM cases_event WHERE id = %s", [pk])
        hand.run(
            "UPDATE cases_streamhead h SET seq = 11, hash = e.hash FROM cases_event e "
            "WHERE h.stream_id = %s AND e.stream_id = h.stream_id AND e.seq = 11",
            [stream],
        )
    return Place(("event_missing",), "cases_event", str(pk))


@kind("T021")
def an_event_and_its_leaf_deleted(hand: Hand) -> Place:
    pk, _stream, seq = hand.one(f"{EVENTS} AND e.seq BETWEEN 2 AND 11")
    with hand.unguarded("cases_event", "cases_leaf"):
        hand.run("DELETE FROM cases_event WHERE id = %s", [pk])
        hand.run("DELETE FROM cases_leaf WHERE src = 1 AND ref = %s", [pk])
    return Place(("event_missing",), "cases_event", str(pk), seq)


@kind("T022", needs_witness=True)
def the_end_of_everything_cut_off(hand: Hand) -> Place:
    size, _root = hand.rng.choice(hand.world.seen[2:])
    (keep,) = hand.one("SELECT max(tree_size) FROM cases_checkpoint WHERE tree_size < %s", [size])
    with hand.unguarded():
        hand.run(
            "DELETE FROM cases_event WHERE id IN (SELECT ref FROM cases_leaf WHERE src = 1 AND leaf >= %s)", [keep]
        )
        hand.run(
            "DELETE FROM cases_access WHERE id IN (SELECT ref FROM cases_leaf WHERE src = 2 AND leaf >= %s)", [keep]
        )
        hand.run("DELETE FROM cases_leaf WHERE leaf >= %s", [keep])
        for table in ("cases_checkpoint", "cases_witnessreceipt"):
            hand.run(f"DELETE FROM {table} WHERE tree_size > %s", [keep])
        hand.run("DELETE FROM cases_tile WHERE (index + 1) * 256 > %s", [keep])
        hand.run(
            "DELETE FROM cases_streamhead h WHERE NOT EXISTS (SELECT FROM cases_event e WHERE e.stream_id = h.stream_id)"
        )
        hand.run("DELETE FROM cases_stream s WHERE NOT EXISTS (SELECT FROM cases_event e WHERE e.stream_id = s.id)")
        hand.run(
            "UPDATE cases_streamhead h SET seq = e.seq, hash = e.hash FROM (SELECT DISTINCT ON (stream_id) stream_id, seq, hash "
            "FROM cases_event ORDER BY stream_id, seq DESC) e WHERE e.stream_id = h.stream_id"
        )
    return Place(("log_truncated",))


@kind("T025")
def an_event_copied_under_a_new_id(hand: Hand) -> Place:
    pk, _stream, seq = hand.one(EVENTS)
    columns = ", ".join([*EVENT_FIELDS, "enc", "hash"])
    hand.run("ALTER TABLE cases_event DROP CONSTRAINT event_once")
    (new,) = hand.one(
        f"INSERT INTO cases_event ({columns}) SELECT {columns} FROM cases_event WHERE id = %s RETURNING id", [pk]
    )
    return Place(("event_twice",), "cases_event", str(new), seq)


@kind("T026")
def an_event_moved_to_another_chain(hand: Hand) -> Place:
    pk, stream, _seq = hand.one(EVENTS)
    other = hand.one("SELECT id FROM cases_stream WHERE kind = 'attacked' AND id <> %s", [stream])[0]
    with hand.unguarded("cases_event"):
        hand.run("UPDATE cases_event SET stream_id = %s, seq = 900 WHERE id = %s", [other, pk])
    return Place(("event_changed",), "cases_event", str(pk))


def _rewritten(hand: Hand, pk: int, **other: Any) -> bytes:
    """An event with another content and the hash that fits it."""
    names = [*EVENT_FIELDS, "enc"]
    found = hand.world.rows(f"SELECT {', '.join(names)} FROM cases_event WHERE id = %s", [pk])[0]
    row = {**dict(zip(names, found, strict=True)), **other}
    new = event_hash(row)
    for column, value in {**other, "hash": new}.items():
        hand.run(f"UPDATE cases_event SET {column} = %s WHERE id = %s", [value, pk])
    return new


@kind("T019")
def an_event_rewritten_with_a_right_hash(hand: Hand) -> Place:
    pk, _stream, seq = hand.one(f"{EVENTS} AND e.seq < 12")
    with hand.unguarded("cases_event"):
        _rewritten(hand, pk, payload='{"amount":"50000.00"}')
    return Place(("event_changed",), "cases_event", str(pk), seq)


@kind("T019")
def an_event_and_its_leaf_rewritten(hand: Hand) -> Place:
    pk, _stream, seq = hand.one(f"{EVENTS} AND e.seq < 12")
    with hand.unguarded("cases_event", "cases_leaf"):
        new = _rewritten(hand, pk, payload='{"amount":"50000.00"}')
        hand.run("UPDATE cases_leaf SET hash = %s WHERE src = 1 AND ref = %s", [new, pk])
    return Place(("link_broken", "root_differs"), "cases_event", str(pk), seq)


def _chain_again(hand: Hand, pk: int, stream: int, seq: int) -> None:
    """Rewrite an event and everything after it in its chain, with leaves and head."""
    prev = _rewritten(hand, pk, payload='{"amount":"50000.00"}')
    for one, at in hand.world.rows(
        "SELECT id, seq FROM cases_event WHERE stream_id = %s AND seq >= %s ORDER BY seq", [stream, seq]
    ):
        prev = _rewritten(hand, one, prev=prev) if at > seq else prev
        hand.run("UPDATE cases_leaf SET hash = %s WHERE src = 1 AND ref = %s", [prev, one])
    hand.run("UPDATE cases_streamhead SET hash = %s WHERE stream_id = %s", [prev, stream])


@kind("T027")
def a_chain_and_its_leaves_computed_again(hand: Hand) -> Place:
    pk, stream, seq = hand.one(EVENTS)
    with hand.unguarded():
        _chain_again(hand, pk, stream, seq)
    (leaf,) = hand.one("SELECT leaf FROM cases_leaf WHERE src = 1 AND ref = %s", [pk])
    (size,) = hand.one("SELECT min(tree_size) FROM cases_checkpoint WHERE tree_size > %s", [leaf])
    return Place(("root_differs",), "cases_checkpoint", str(size))


def _roots_again(hand: Hand, first: int, number: int) -> None:
    """Every root from a leaf on anew, signed with one of the keys."""
    edge = merkle.Frontier()
    sizes = {
        size for (size,) in hand.world.rows("SELECT tree_size FROM cases_checkpoint WHERE tree_size > %s", [first])
    }
    for (leaf,) in hand.world.rows("SELECT hash FROM cases_leaf ORDER BY leaf"):
        for level, index, node in edge.append(bytes(leaf)):
            if level == 8:
                hand.run("UPDATE cases_tile SET hash = %s WHERE level = 8 AND index = %s", [node, index])
        if edge.size in sizes:
            root = edge.root()
            signer = number if number == 2 or edge.size > hand.world.turn else 0
            note = hand.world.keys.note(edge.size, root, signer)
            hand.run(
                "UPDATE cases_checkpoint SET root = %s, note = %s, frontier = %s WHERE tree_size = %s",
                [root, note, edge.stored(), edge.size],
            )
    hand.run("DELETE FROM cases_witnessreceipt WHERE tree_size > %s", [first])


def _all_again(hand: Hand, number: int) -> int:
    pk, stream, seq = hand.one(
        f"{EVENTS} AND e.id < (SELECT max(ref) FROM cases_leaf WHERE src = 1 AND leaf < {hand.world.seen[-2][0]})"
    )
    _chain_again(hand, pk, stream, seq)
    (leaf,) = hand.one("SELECT leaf FROM cases_leaf WHERE src = 1 AND ref = %s", [pk])
    _roots_again(hand, leaf, number)
    return int(leaf)


@kind("T028", needs_witness=True)
def everything_written_again_with_a_new_key(hand: Hand) -> Place:
    keys = hand.world.keys
    keys.log.append(Ed25519PrivateKey.generate())
    try:
        with hand.unguarded():
            leaf = _all_again(hand, 2)
            raw = keys.log[2].public_key().public_bytes_raw()
            hand.run("UPDATE cases_sealkey SET valid_to_size = %s WHERE valid_to_size IS NULL", [leaf])
            hand.run(
                "INSERT INTO cases_sealkey (kid, public_key, valid_from_size, reason) VALUES ('new', %s, %s, 'x')",
                [raw, leaf + 1],
            )
    finally:
        keys.log.pop()
    return Place(("key_unknown", "note_forged"))


@kind("T029", needs_witness=True)
def everything_written_again_with_the_true_key(hand: Hand) -> Place:
    with hand.unguarded():
        _all_again(hand, 1)
    return Place(("fork",))


@kind("T030")
def the_note_of_another_checkpoint(hand: Hand) -> Place:
    (size,) = hand.one("SELECT tree_size FROM cases_checkpoint")
    (other,) = hand.one("SELECT note FROM cases_checkpoint WHERE tree_size <> %s", [size])
    with hand.unguarded("cases_checkpoint"):
        hand.run("UPDATE cases_checkpoint SET note = %s WHERE tree_size = %s", [other, size])
    return Place(("checkpoint_changed",), "cases_checkpoint", str(size))


@kind("T030")
def a_stored_root(hand: Hand) -> Place:
    (size,) = hand.one("SELECT tree_size FROM cases_checkpoint")
    with hand.unguarded("cases_checkpoint"):
        hand.run("UPDATE cases_checkpoint SET root = sha256(root) WHERE tree_size = %s", [size])
    return Place(("checkpoint_changed",), "cases_checkpoint", str(size))


@kind("T030")
def a_root_signed_by_nobody(hand: Hand) -> Place:
    (size,) = hand.one("SELECT tree_size FROM cases_checkpoint")
    with hand.unguarded("cases_checkpoint"):
        hand.run(
            "UPDATE cases_checkpoint SET note = overlay(note placing 'AAAA' from length(note) - 20) WHERE tree_size = %s",
            [size],
        )
    return Place(("note_forged",), "cases_checkpoint", str(size))


@kind("T033")
def a_bit_of_a_frontier(hand: Hand) -> Place:
    (size,) = hand.one("SELECT tree_size FROM cases_checkpoint")
    with hand.unguarded("cases_checkpoint"):
        hand.run(
            "UPDATE cases_checkpoint SET frontier = set_bit(frontier, %s, 1 - get_bit(frontier, %s)) WHERE tree_size = %s",
            [7, 7, size],
        )
    return Place(("tile_changed",), "cases_checkpoint", str(size))


@kind("T033", is_stored_twice=True)
def a_bit_of_a_tile(hand: Hand) -> Place:
    level, index = hand.one("SELECT level, index FROM cases_tile")
    with hand.unguarded("cases_tile"):
        hand.run("UPDATE cases_tile SET hash = set_bit(hash, 9, 1 - get_bit(hash, 9)) WHERE index = %s", [index])
    return Place(("tile_changed",), "cases_tile", f"{level}/{index}")


@kind("T031")
def a_leaf(hand: Hand) -> Place:
    (leaf,) = hand.one("SELECT leaf FROM cases_leaf")
    with hand.unguarded("cases_leaf"):
        hand.run("UPDATE cases_leaf SET hash = sha256(hash) WHERE leaf = %s", [leaf])
    return Place(
        ("leaf_changed",),
        *hand.one(
            "SELECT CASE src WHEN 1 THEN 'cases_event' ELSE 'cases_access' END, ref::text FROM cases_leaf WHERE leaf = %s",
            [leaf],
        ),
    )


@kind("T032")
def a_leaf_deleted(hand: Hand) -> Place:
    leaf, src, ref = hand.one("SELECT leaf, src, ref FROM cases_leaf")
    with hand.unguarded("cases_leaf"):
        hand.run("DELETE FROM cases_leaf WHERE leaf = %s", [leaf])
    return Place(("leaf_missing", "tree_cut"), "cases_event" if src == 1 else "cases_access", str(ref))


@kind("T023")
def a_look_changed(hand: Hand) -> Place:
    (pk,) = hand.one("SELECT id FROM cases_access")
    with hand.unguarded("cases_access"):
        hand.run("UPDATE cases_access SET purpose = 'x' WHERE id = %s", [pk])
    return Place(("access_changed",), "cases_access", str(pk))


@kind("T024")
def a_look_deleted(hand: Hand) -> Place:
    (pk,) = hand.one("SELECT id FROM cases_access")
    with hand.unguarded("cases_access"):
        hand.run("DELETE FROM cases_access WHERE id = %s", [pk])
    return Place(("access_missing",), "cases_access", str(pk))


@kind("T034")
def a_row_changed_with_the_triggers_off(hand: Hand) -> Place:
    (pk,) = hand.one("SELECT id FROM cases_post")
    with hand.unguarded("cases_post"):
        hand.run("UPDATE cases_post SET ends_on = '2099-01-01' WHERE id = %s", [pk])
    return Place(("row_changed",), "cases_post", str(pk))


@kind("T034")
def a_row_changed_by_psql_with_the_triggers_on(hand: Hand) -> Place:
    (pk,) = hand.one("SELECT id FROM cases_post")
    hand.run("UPDATE cases_post SET ends_on = '2099-01-01' WHERE id = %s", [pk])
    (event,) = hand.one("SELECT max(id) FROM cases_event")
    return Place(("out_of_band",), "cases_event", str(event))


@kind("T035")
def a_balance_of_the_ledger(hand: Hand) -> Place:
    (pk,) = hand.one("SELECT id FROM cases_ledgeraccount")
    with hand.unguarded("cases_ledgeraccount"):
        hand.run("UPDATE cases_ledgeraccount SET credits_posted = credits_posted + 1 WHERE id = %s", [pk])
    return Place(("ledger_differs",), "cases_ledgeraccount", str(pk))


@kind("T035")
def a_transfer_of_the_ledger(hand: Hand) -> Place:
    (pk,) = hand.one("SELECT id::text FROM cases_ledgertransfer")
    with hand.unguarded("cases_ledgertransfer"):
        hand.run("UPDATE cases_ledgertransfer SET reason = 'y' WHERE id = %s", [pk])
    return Place(("row_changed",), "cases_ledgertransfer", pk)


@kind("T041")
def the_head_of_a_chain(hand: Hand) -> Place:
    stream, seq = hand.one(
        "SELECT h.stream_id, h.seq FROM cases_streamhead h JOIN cases_stream s ON s.id = h.stream_id WHERE s.kind = 'attacked'"
    )
    with hand.unguarded("cases_streamhead"):
        hand.run("UPDATE cases_streamhead SET seq = seq + 1 WHERE stream_id = %s", [stream])
    return Place(("head_wrong",), seq=seq)


@kind("T046")
def a_key_after_its_end(hand: Hand) -> Place:
    world = hand.world
    size, root = hand.one("SELECT tree_size, root FROM cases_checkpoint WHERE tree_size > %s", [world.turn])
    with hand.unguarded("cases_checkpoint"):
        hand.run(
            "UPDATE cases_checkpoint SET note = %s WHERE tree_size = %s", [world.keys.note(size, bytes(root), 0), size]
        )
    return Place(("key_range",), "cases_checkpoint", str(size))


@kind("T045")
def a_receipt_forged(hand: Hand) -> Place:
    (pk, size) = hand.one("SELECT id, tree_size FROM cases_witnessreceipt")
    with hand.unguarded("cases_witnessreceipt"):
        hand.run("UPDATE cases_witnessreceipt SET root = sha256(root) WHERE id = %s", [pk])
    return Place(("receipt_forged",), seq=None)
