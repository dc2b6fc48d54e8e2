"""Counting votes: quorum, recusal, majority."""

from hypothesis import given
from hypothesis import strategies as st

from workflows.desk.panel.rules import CHOICES, tally


def test_more_than_half_of_five_agree():
    votes = {1: "agree", 2: "agree", 3: "agree", 4: "reject", 5: "abstain"}
    assert tally(votes=votes, present=votes, quorum=5, approve=3).outcome == "agree"


def test_nothing_is_decided_without_quorum():
    votes = {1: "agree", 2: "agree", 3: "agree", 4: "agree"}
    found = tally(votes=votes, present=votes, quorum=5, approve=3)
    assert (found.outcome, bool(found.reason)) == ("", True)


def test_a_recused_member_counts_for_nothing_and_can_cost_the_quorum():
    votes = {1: "agree", 2: "agree", 3: "agree", 4: "agree", 5: "recused"}
    assert tally(votes=votes, present=votes, quorum=5, approve=3).outcome == ""
    assert tally(votes=votes | {6: "agree"}, present=[1, 2, 3, 4, 5, 6], quorum=5, approve=3).outcome == "agree"


def test_who_signed_in_and_said_nothing_holds_the_decision():
    votes = dict.fromkeys(range(1, 6), "agree")
    found = tally(votes=votes, present=range(1, 7), quorum=5, approve=3)
    assert (found.outcome, found.missing) == ("", 1)


def test_without_a_majority_the_case_is_deferred():
    votes = {1: "agree", 2: "agree", 3: "reject", 4: "reject", 5: "abstain"}
    assert tally(votes=votes, present=votes, quorum=5, approve=3).outcome == "defer"


def test_the_policy_may_ask_for_more_than_half():
    votes = {1: "agree", 2: "agree", 3: "agree", 4: "abstain", 5: "abstain"}
    assert tally(votes=votes, present=votes, quorum=5, approve=4).outcome == "defer"


@given(st.dictionaries(st.integers(1, 9), st.sampled_from(CHOICES)), st.sets(st.integers(1, 9)), st.integers(1, 7))
def test_an_outcome_always_has_quorum_and_a_refusal_or_grant_a_majority(votes, present, quorum):
    found = tally(votes=votes, present=present, quorum=quorum, approve=1)
    heard = [choice for member, choice in votes.items() if member in present and choice != "recused"]
    if found.outcome:
        assert len(heard) >= quorum
    if found.outcome in ("agree", "reject"):
        assert heard.count(found.outcome) * 2 > len(heard)
