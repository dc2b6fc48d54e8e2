"""Nobody acts on two neighbouring levels, nobody decides on his own case."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from workflows.rules.duties import Acted, Done, bar, barred, breaches


def test_the_county_reviewer_may_not_recheck_her_own_case():
    acted = [Acted(7, "county_review", 2)]
    assert bar(7, level=3, not_by=(), acted=acted, parties=()) is not None


def test_she_may_review_it_again_at_her_own_level_after_a_return():
    acted = [Acted(7, "county_review", 2)]
    assert bar(7, level=2, not_by=(), acted=acted, parties=()) is None


def test_two_levels_apart_is_allowed_unless_the_step_says_otherwise():
    acted = [Acted(7, "county_review", 2)]
    assert bar(7, level=4, not_by=(), acted=acted, parties=()) is None
    assert bar(7, level=4, not_by=("county_review",), acted=acted, parties=()) is not None


def test_applicant_and_helper_never_decide():
    assert bar(7, level=None, not_by=(), acted=(), parties={7}) is not None


@given(
    st.lists(st.builds(Acted, st.integers(1, 4), st.sampled_from("abc"), st.none() | st.integers(1, 6)), max_size=12),
    st.none() | st.integers(1, 6),
    st.sets(st.integers(1, 4), max_size=2),
)
def test_the_list_of_barred_people_is_exactly_those_with_a_bar(acted, level, parties):
    everybody = barred(level=level, not_by=("a",), acted=acted, parties=parties)
    for person in range(1, 5):
        assert (person in everybody) == (
            bar(person, level=level, not_by=("a",), acted=acted, parties=parties) is not None
        )


def hour(number: int) -> datetime:
    return datetime(2026, 3, 2, number, tzinfo=UTC)


def test_who_became_a_party_later_did_no_wrong_before():
    made = [Done("intake", 1, (1,), 11, hour(1))]
    assert breaches(made, excludes={}, parties={1: hour(2)}) == []
    assert len(breaches(made, excludes={}, parties={1: hour(0)})) == 1


def test_a_replay_finds_each_decision_that_should_have_been_refused_and_no_other():
    kept = [
        Done("intake", 1, (1,), 11, hour(1)),
        Done("county_review", 2, (2,), 12, hour(2)),
        Done("city_recheck", 3, (3,), 13, hour(3)),
        Done("county_review", 2, (2,), 14, hour(4)),
    ]
    assert breaches(kept, excludes={"city_recheck": {"county_review"}}, parties={9: hour(0)}) == []
    broken = [
        *kept,
        Done("county_review", 2, (3,), 15, hour(5)),
        Done("visit", None, (9,), 16, hour(6)),
        Done("visit", None, (1,), 17, hour(7)),
        Done("county_review", 2, (5, 3), 18, hour(8)),
        Done("expert", None, (6,), 19, hour(9)),
        Done("expert", None, (7, 6), 19, hour(10)),
    ]
    found = breaches(broken, excludes={"visit": {"intake"}}, parties={9: hour(0)})
    assert [one for one, _bar in found] == [*broken[4:8], broken[9]]


def test_who_gave_an_opinion_gives_no_second_and_who_goes_on_with_a_step_does_it_alone():
    none = {"level": None, "not_by": (), "acted": (), "parties": ()}
    assert bar(1, **none, gave=(1,)) is not None and bar(2, **none, gave=(1,)) is None
    assert bar(1, **none, keeper=1) is None and bar(2, **none, keeper=1) is not None
