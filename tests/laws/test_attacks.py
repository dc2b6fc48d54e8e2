"""Law: each attack on history that is listed has its test, and each kind of tampering stands in the list."""

from __future__ import annotations

import re

from tests.attack.kinds import KINDS
from tests.laws.source import ROOT

LISTED = dict(re.findall(r"^\| (T\d{3}) \|[^|]*\|([^|]*)\|$", (ROOT / "docs" / "attacks.md").read_text("utf-8"), re.M))


def test_every_listed_attack_names_a_test_that_is_there():
    assert len(LISTED) > 35
    for number, places in LISTED.items():
        files = re.findall(r"`([^`]+)`", places)
        assert files and all((ROOT / file).is_file() for file in files), number


def test_every_kind_of_tampering_is_listed():
    tried = {kind.number for kind in KINDS}
    assert len(KINDS) >= 24 and tried <= set(LISTED)
    here = {number for number, places in LISTED.items() if "test_tampering.py" in places}
    assert here == tried, here ^ tried
