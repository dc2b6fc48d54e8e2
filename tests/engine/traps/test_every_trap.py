"""No trap is without its test."""

import re
from pathlib import Path


def test_every_trap_of_the_list_has_a_test_of_its_name():
    here = Path(__file__).parent
    named = re.findall(r"^def test_([plb]\d\d)_", "".join(path.read_text("utf-8") for path in here.glob("*.py")), re.M)
    counted = {"p": 20, "l": 10, "b": 3}
    assert sorted(named) == sorted(
        f"{kind}{number:02}" for kind, most in counted.items() for number in range(1, most + 1)
    )
