"""The bytes that are hashed say one thing only."""

from __future__ import annotations

import struct
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from cases.history.chain import as_text, entry

FieldText = st.none() | st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"))


@given(st.lists(FieldText, max_size=4), st.lists(FieldText, max_size=4))
def test_two_different_records_never_make_the_same_bytes(one: list[str | None], two: list[str | None]) -> None:
    assert (entry(1, one) == entry(1, two)) is (one == two)


def test_null_empty_and_the_word_null_are_three_things() -> None:
    assert len({entry(1, [value]) for value in (None, "", "null")}) == 3
    assert entry(1, [None]) == struct.pack(">h", 1) + struct.pack(">i", -1)
    assert as_text(b"\x00\xff") == "00ff"
    assert as_text(datetime.fromisoformat("2026-01-02T03:04:05+08:00")) == "2026-01-01T19:04:05.000000Z"
