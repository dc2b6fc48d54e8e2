"""Another programme is made by one command in a copy of the checkout, in one folder, and its tests walk it there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "var", "var-test", "__pycache__", "pictures", ".mypy_cache", ".ruff_cache"
)

PUBLISHABLE = """
from cases.policy.validity import validate
from cases.programme import programme
card = programme("donor_family_care")
print([str(fault) for fault in validate(card.policy["rows"], needed=card.needs())])
"""
"""What keeps the example policy of the new programme from being published."""


def run(folder: Path, *words: str) -> str:
    """What a command of the copy prints; fails with all of it."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    clean["RELIEF_TEST_VAR"] = os.environ["RELIEF_TEST_VAR"]
    if words[0] == "manage.py":  # reads files alone, and starts no server
        for name, role in {"URL": "app", "OWNER_URL": "owner", "INSPECTOR_URL": "reader"}.items():
            clean[f"DATABASE_{name}"] = f"postgresql://{role}:none@127.0.0.1:1/none"
    done = subprocess.run([sys.executable, *words], cwd=folder, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(600)
def test_care_for_families_of_organ_donors_is_added_and_walked_by_one_command(tmp_path: Path) -> None:
    copy = tmp_path / "relief"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT, symlinks=True)
    before = {path.relative_to(copy) for path in copy.rglob("*.py")}
    run(copy, "manage.py", "new_programme", "donor_family_care", "器官捐献者家庭关怀")
    new = {path.relative_to(copy) for path in copy.rglob("*.py")} - before
    assert {path.parts[:3] for path in new} == {("workflows", "programmes", "donor_family_care")}
    assert "donor_family_care/v1: 2 steps" in run(copy, "manage.py", "check_flows")
    assert run(copy, "manage.py", "shell", "-c", PUBLISHABLE).strip().endswith("[]")
    assert "4 passed" in run(copy, "-m", "pytest", "-q", "-n", "0", "workflows/programmes/donor_family_care")


@pytest.mark.parametrize(
    "words", [("Cataract", "x"), ("a-b", "x"), ("rare_disease", "x"), ("new_one", 'x"'), ("new_one", "")]
)
def test_a_wrong_name_is_refused_and_nothing_is_made(words: tuple[str, str]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("new_programme", *words)
    assert refused.value.returncode == 2
    assert not (ROOT / "workflows" / "programmes" / "new_one").exists()
