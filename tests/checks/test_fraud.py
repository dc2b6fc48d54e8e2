"""Sixteen kinds of planted fraud among many clean cases: each is found by its check, nothing else is, and a kill loses nothing."""

import os
import signal
import time
import warnings

import pytest
from django.db import connections

from tests.checks.bulk import Copies
from tests.checks.planted import PLANTS
from tests.flow_kit import Trip
from workflows.inspection.checks import sweeping
from workflows.inspection.checks.catalogue import CHECKS
from workflows.inspection.checks.models import CheckHit
from workflows.walking import drive

MANY = int(os.environ.get("FRAUD_CASES", "10000"))
EACH = 2 if MANY <= 10_000 else 20


def named(code, facts):
    """What was found, as it was planted: the check, and its kind where more than one was planted."""
    what = f"{code} {facts.get('kind', '')}"
    return what if what in PLANTS else code


def killed_in_the_third_slice(run):
    """Another process goes on with the run and is dead, with SIGKILL, when the third slice is written and not committed."""
    connections.close_all()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pid = os.fork()
    if pid == 0:
        sweep, calls = sweeping._sweep, []

        def dies(*given):
            sweep(*given)
            calls.append(given)
            if len(calls) == 3:
                os.kill(os.getpid(), signal.SIGKILL)

        sweeping._sweep = dies
        sweeping.work(run)
        os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


@pytest.mark.timeout(3600)
@pytest.mark.django_db(transaction=True)
def test_every_kind_of_planted_fraud_is_found_and_nothing_else_is_though_the_run_is_killed(
    cast, published, funded, superuser_cursor, capsys, monkeypatch
):
    published("rare_disease")
    case = drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])
    Trip(case, cast=cast, purse=funded("rare_disease", "100000")).to("CLOSED")
    sweeping.work(sweeping.begin(by=cast["inspector"]))
    assert not CheckHit.objects.exists(), "a case that went the ordinary road hits nothing"
    copies = Copies(superuser_cursor, case)
    copies.to(MANY)
    wanted, apart = set(), MANY // (len(PLANTS) * EACH)
    with copies.quiet():
        for at, (what, plant) in enumerate([*PLANTS.items()] * EACH):
            wanted.add((what, plant(copies, 1 + at * apart, cast)))
    superuser_cursor.execute("ANALYZE")
    assert {what[:3] for what, _place in wanted} == set(CHECKS)
    monkeypatch.setattr(sweeping, "CASES", min(sweeping.CASES, MANY // 4))
    run, begun = sweeping.begin(by=cast["inspector"]), time.monotonic()
    killed_in_the_third_slice(run)
    run.refresh_from_db()
    before, slices = CheckHit.objects.count(), run.case_done
    assert 0 < slices < run.case_last and 0 < before < len(wanted) and run.ended_at is None
    sweeping.work(run)
    seconds = time.monotonic() - begun
    run.refresh_from_db()
    found = {
        (named(code, facts), place) for code, place, facts in CheckHit.objects.values_list("code", "place", "facts")
    }
    with capsys.disabled():
        told = f"{len(found & wanted)} found, {len(found - wanted)} false alarms, {seconds:.0f} s with a kill"
        print(f"\n{MANY:,} cases, {len(wanted)} planted: {told}")
    assert found == wanted and run.ended_at
    assert sum(run.found.values()) == sum(run.new.values()) == CheckHit.objects.count()
    again = sweeping.begin(by=cast["inspector"])
    sweeping.work(again)
    again.refresh_from_db()
    assert again.found == run.found and not any(again.new.values())
    assert not CheckHit.objects.exclude(gone_at=None, last_run=again).exists()
