"""A walk believes no wrong turn that went through, said nothing, or left no row of this person and this case."""

import pytest

from cases.errors import Refusal
from cases.history.record import refusals_recorded
from workflows.walking import drive
from workflows.walking.browser import Page
from workflows.walking.wrong import WalkFailed, WrongTurns

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(cast, published):
    published("rare_disease")
    return drive.apply(slug="rare_disease", number=1, by=cast["applicant1"])


@pytest.fixture
def turns(case):
    return WrongTurns({}, lambda: case, lambda words: None)


def page(status, words="这一步不归您办理。"):
    return Page("http://x/", status, b"", [], [], words, words)


def denied(by, about):
    def try_it():
        with pytest.raises(Refusal), refusals_recorded("task.decide", by=by, about=about):
            raise Refusal("不行", code="no_right")
        return page(403)

    return try_it


def test_a_refusal_of_this_person_in_this_case_counts(turns, case, cast):
    turns.wrong("一试", "xiji_intake", denied(cast["xiji_intake"], ("case", str(case.pk))))
    turns.wrong("再试", "xiji_intake", denied(cast["xiji_intake"], ("", "")))
    assert turns.refused == 2


def test_a_row_of_somebody_else_or_of_another_case_does_not_count(turns, case, cast):
    for by, about in ((cast["xiji_review"], ("case", str(case.pk))), (cast["xiji_intake"], ("case", str(case.pk + 1)))):
        with pytest.raises(WalkFailed, match="no row"):
            turns.wrong("一试", "xiji_intake", denied(by, about))


def test_an_earlier_row_does_not_count(turns, case, cast):
    denied(cast["xiji_intake"], ("case", str(case.pk)))()
    with pytest.raises(WalkFailed, match="no row"):
        turns.wrong("一试", "xiji_intake", lambda: page(403))


def test_an_answer_below_400_or_without_a_word_fails_the_walk(turns, case, cast):
    def silent(status, words):
        denied(cast["xiji_intake"], ("case", str(case.pk)))()
        return page(status, words)

    with pytest.raises(WalkFailed, match="went through"):
        turns.wrong("一试", "xiji_intake", lambda: silent(200, "已办结"))
    with pytest.raises(WalkFailed, match="without a word"):
        turns.wrong("一试", "xiji_intake", lambda: silent(403, ""))
    assert turns.refused == 0
