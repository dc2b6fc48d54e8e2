"""The tree and the notes are those of the standards: published vectors, and every size against a plain recursion."""

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from cases.history import merkle, notes
from cases.history.merkle import Frontier
from tests.seals.conftest import cosign

ENTRIES = [bytes.fromhex(text) for text in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
)]  # fmt: skip
LEAVES = [hashlib.sha256(b"\x00" + entry).digest() for entry in ENTRIES]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""The roots over the first one to eight of these entries, as Certificate Transparency's own tests have them."""


def plain_root(leaves):
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    return merkle.parent(plain_root(leaves[:k]), plain_root(leaves[k:]))


def over(leaves):
    return lambda level, index: plain_root(leaves[index << level : (index + 1) << level])


def test_the_roots_are_those_of_the_published_vectors():
    edge = Frontier()
    assert edge.root() == merkle.EMPTY
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        edge.append(leaf)
        assert edge.root().hex() == root
    assert [step.hex() for step in merkle.inclusion_proof(5, 8, over(LEAVES))] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [step.hex() for step in merkle.consistency_proof(6, 8, over(LEAVES))] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(st.integers(1, 300), st.data())
def test_every_size_proves_what_it_holds_and_from_what_it_grew(size, data):
    leaves = [hashlib.sha256(bytes([0]) + str(number).encode()).digest() for number in range(size)]
    root, node = plain_root(leaves), over(leaves)
    edge, full = Frontier(), {}
    for leaf in leaves:
        full |= {(level, index): node_hash for level, index, node_hash in edge.append(leaf)}
    assert edge.root() == root == merkle.frontier_at(size, node).root()
    assert Frontier.read(size, edge.stored()) == edge
    assert all(node(*place) == found for place, found in full.items())

    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion_proof(index, size, node)
    told = {"leaf": leaves[index], "index": index, "size": size, "path": path, "root": root}
    assert merkle.includes(**told) and len(path) <= size.bit_length()
    first = data.draw(st.integers(1, size))
    old, steps = plain_root(leaves[:first]), merkle.consistency_proof(first, size, node)
    grown = {"first": first, "second": size, "old": old, "new": root, "path": steps}
    assert merkle.grew(**grown)

    other = hashlib.sha256(b"another").digest()
    assert not merkle.includes(**{**told, "root": other}) and not merkle.includes(**{**told, "leaf": other})
    assert not merkle.grew(**{**grown, "old": other}) and not merkle.grew(**{**grown, "new": other})
    assert not merkle.includes(**{**told, "path": [*path, other]}) and not merkle.grew(
        **{**grown, "path": [*steps, other]}
    )
    for place in range(len(path)):
        assert not merkle.includes(**{**told, "path": [*path[:place], other, *path[place + 1 :]]})
        assert not merkle.includes(**{**told, "path": path[:place] + path[place + 1 :]})
    for place in range(len(steps)):
        assert not merkle.grew(**{**grown, "path": [*steps[:place], other, *steps[place + 1 :]]})
        assert not merkle.grew(**{**grown, "path": steps[:place] + steps[place + 1 :]})


def test_what_is_no_tree_is_refused():
    with pytest.raises(ValueError, match="2 hashes"):
        Frontier.read(3, b"x" * 32)
    with pytest.raises(ValueError, match="not in a tree"):
        merkle.inclusion_proof(8, 8, over(LEAVES))
    for first, second in ((0, 8), (9, 8)):
        with pytest.raises(ValueError, match="did not grow"):
            merkle.consistency_proof(first, second, over(LEAVES))
    assert not merkle.includes(leaf=LEAVES[0], index=1, size=1, path=[], root=LEAVES[0])


PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAID = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
"""The example of the package that first wrote signed notes."""


def test_a_note_of_others_opens_and_a_changed_one_does_not():
    key, note = notes.read_vkey(PETER), notes.read_note(SAID)
    assert key.vkey() == PETER and note.text() == SAID
    assert notes.is_signed(note, key)
    assert not notes.is_signed(notes.read_note(SAID.replace("answer", "Answer")), key)
    for wrong in (PETER.replace("c74f", "c74e"), "PeterNeumann", "a b+c74f20a3+AA=="):
        with pytest.raises(notes.WrongNote):
            notes.read_vkey(wrong)
    for wrong in (SAID[:-1], "text\n", SAID.replace("— ", "- "), SAID.replace("x08go", "!08go"), "", "\n\n\n"):
        with pytest.raises(notes.WrongNote):
            notes.read_note(wrong)


def test_a_witness_signs_the_time_with_the_text():
    log, witness = Ed25519PrivateKey.from_private_bytes(b"l" * 32), Ed25519PrivateKey.from_private_bytes(b"w" * 32)
    said = notes.Checkpoint("relief-history/abc", 8, bytes.fromhex(ROOTS[-1]))
    note = notes.Note(said.body(), (notes.sign(said.body(), name=said.origin, key=log),))
    assert notes.read_checkpoint(notes.read_note(note.text()).body) == said
    key = notes.Key("office-b", notes.WITNESS, witness.public_key().public_bytes_raw())
    line = cosign(said.body(), name="office-b", key=witness, at=1_790_000_000)
    assert len(line.value) == 72
    assert notes.cosigned_at(said.body(), notes.read_signature(line.line()), key) == 1_790_000_000
    other = notes.Checkpoint("relief-history/abc", 9, said.root)
    assert notes.cosigned_at(other.body(), line, key) is None
    earlier = notes.Signature(line.name, line.key_id, (1).to_bytes(8, "big") + line.value[8:])
    assert notes.cosigned_at(said.body(), earlier, key) is None
    assert not notes.is_signed(notes.Note(said.body(), (line,)), key), "a witness is no log"
    for wrong in ("a\n08\nAA==\n", "a\n8\nAA==\n", "a\n8\n", "\n8\n" + said.body().split("\n")[2] + "\n"):
        with pytest.raises(notes.WrongNote):
            notes.read_checkpoint(wrong)
