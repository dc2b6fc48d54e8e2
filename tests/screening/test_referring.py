"""Who may be helped goes on to a case: a draft with what is known, as far as the quota goes, and once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.dossier import actions as dossier
from cases.dossier.models import Answer, Case
from cases.dossier.queries import answers, my_cases
from cases.duplicates.search import findings_of
from cases.errors import Invalid, NotFound, Refusal
from cases.history.models import Event
from cases.programme import programme
from cases.screening import actions
from cases.screening.funnel import funnel, public_results, shown
from cases.screening.outcomes import EYES, SHIPPED
from cases.screening.telling import known_of, said_of
from tests.duplicates.test_lists import compare, csv_of
from tests.screening.people import SEEN_WELL, VILLAGE, XIJI, day_of, examine, plan, register
from workflows.walking import drive

pytestmark = pytest.mark.django_db


@pytest.fixture
def fit(session: Any, team: Any, cast: Any) -> Any:
    """Makes somebody whom the team found operable."""

    def make(number: int = 1, by: str = "agent1") -> Any:
        row = register(session.campaign, cast[by], number, session=session)
        examine(row, team)
        return row

    return make


def refer(row: Any, by: Any) -> Case:
    return actions.refer_into_cases(registration=row, by=by)


def test_the_draft_has_what_is_known_and_is_the_helpers(fit: Any, cast: Any, published: Any) -> None:
    published("two_step")
    row = fit()
    case = refer(row, cast["xiji_intake"])
    assert (case.state, case.owner, case.agent, case.programme) == ("DRAFT", cast["agent1"], cast["agent1"], "two_step")
    held = answers(case)
    assert (held["patient_name"], held["patient_id_no"], held["hukou_division"]) == (
        str(row.name),
        str(row.id_no),
        VILLAGE,
    )
    assert my_cases(cast["agent1"]).get() == case and case.patient_key == row.id_key
    with pytest.raises(Invalid):
        dossier.submit(case=case, truth=True, by=cast["agent1"])


def test_what_was_found_is_told_with_the_worse_side_first(fit: Any) -> None:
    row = fit()
    known = known_of(row, row.results.get(), "eyes")
    said = said_of(row, row.results.get(), "eyes", by_agent=False)
    assert (known["eye_left_va"], known["eye_right_va"], said["wanted_eye"]) == ("0.2", "1.0", "left_eye")
    assert known["screening_no"] == row.number and known["screened_on"]


def test_the_programme_for_eyes_takes_all_that_a_screening_tells(team: Any, cast: Any, published: Any) -> None:
    published("cataract")
    campaign = plan(cast, programme="cataract")
    assert campaign.policy is not None and campaign.thresholds == SHIPPED[EYES]
    row = register(campaign, cast["agent1"], session=day_of(campaign, team, cast))
    examine(row, team)
    held = answers(refer(row, cast["xiji_intake"]))
    assert (held["eye_left_va"], held["wanted_eye"], held["screening_no"]) == ("0.2", "left_eye", row.number)
    assert '"left_out":[]' in Event.objects.get(action="screening.referred").payload


def test_the_programme_for_ears_takes_all_that_a_screening_tells_and_nobody_else_is_sent_on(
    cast: Any, published: Any
) -> None:
    published("hearing")
    team = cast["hearing_centre"]
    with pytest.raises(Invalid) as fault:
        plan(cast, programme="hearing", standard="WHO2021")
    assert "世卫组织 1997" in str(fault.value.fields["standard"]), "the policy says by which standard"
    campaign = plan(cast, programme="hearing", standard="WHO1997")
    assert campaign.thresholds == {
        "age_from": "60",
        "loss_from": "41",
        "loss_to": "90",
        "sudden_days": "90",
        "air_bone_gap": "15",
        "ear_difference": "30",
    }
    session = day_of(campaign, team, cast)
    row, deaf = (register(campaign, cast["agent1"], number, session=session) for number in (1, 2))
    heard = {f"{side}_{hertz}": "60" for side in ("right", "left") for hertz in (500, 1000, 2000, 4000)}
    examine(row, team, heard | {"right_500": "65"})
    assert examine(deaf, team, dict.fromkeys(heard, "100")).outcome == "refer"
    case = refer(row, cast["xiji_intake"])
    held = answers(case)
    assert case.state == "DRAFT" and case.programme == "hearing"
    assert (held["ear_right_pta"], held["ear_left_pta"], held["screening_no"]) == ("61.25", "60", row.number)
    assert (held["patient_name"], held["hukou_division"]) == (str(row.name), VILLAGE)
    for key in ("ear_right_pta", "right_loss", "fitted_ears", "devices"):
        with pytest.raises(Invalid) as typed:
            dossier.save_answer(case=case, key=key, value="50", by=case.owner)
        assert typed.value.code == "not_asked", "what is measured, nobody types"
    assert '"left_out":[]' in Event.objects.get(action="screening.referred").payload
    with pytest.raises(Refusal, match="不是可以救助"):
        refer(deaf, cast["xiji_intake"])


def test_whoever_came_by_a_screening_is_compared_with_lists_that_other_agencies_bring_later(
    fit: Any, cast: Any, published: Any
) -> None:
    published("two_step")
    row = fit()
    case, by, card = refer(row, cast["xiji_intake"]), cast["agent1"], programme("two_step")
    assert card.demo_answers is not None
    for key, value in card.demo_answers(7).items():
        if key not in answers(case):
            dossier.save_answer(case=case, key=key, value=value, by=by)
    drive.finish(case, by=by)
    listed = csv_of((row.name, row.id_no, ""), ("演示名单路人", "", "1950-01-01"))
    assert compare(listed, cast["prov_review"]).matches == 1
    assert [hit.kind for hit in findings_of([case])[case.pk]] == ["listed"]


def test_done_twice_it_is_the_same_draft(fit: Any, cast: Any) -> None:
    row = fit()
    assert refer(row, cast["xiji_intake"]) == refer(row, cast["xiji_intake"]) and Case.objects.count() == 1


def test_what_he_said_can_be_corrected_in_the_draft(fit: Any, cast: Any) -> None:
    case = refer(fit(), cast["xiji_intake"])
    dossier.save_answer(case=case, key="patient_phone", value="19900009999", by=cast["agent1"])
    assert answers(case)["patient_phone"] == "19900009999"
    assert set(Answer.objects.filter(case=case).values_list("source", flat=True)) == {"claimed"}


def test_somebody_with_a_draft_or_a_case_is_named_by_his_registration(fit: Any, cast: Any) -> None:
    row = fit()
    held = dossier.new_draft(programme="two_step", by=cast["applicant1"])
    dossier.save_answer(case=held, key="patient_id_no", value=str(row.id_no), by=cast["applicant1"])
    with pytest.raises(Refusal) as fault:
        refer(row, cast["xiji_intake"])
    assert fault.value.code == "has_one" and row.number in str(fault.value) and "草稿" in str(fault.value)


def test_a_draft_that_was_thrown_away_makes_room_for_another(fit: Any, cast: Any) -> None:
    row = fit()
    first = refer(row, cast["xiji_intake"])
    dossier.discard_draft(case=first, by=cast["agent1"])
    assert refer(row, cast["xiji_intake"]) != first


def test_the_quota_of_the_county_is_kept(fit: Any, session: Any, cast: Any) -> None:
    actions.set_quota(campaign=session.campaign, county_code=XIJI, places=1, by=cast["prov_review"])
    one, other = fit(1), fit(2)
    refer(one, cast["xiji_intake"])
    with pytest.raises(Refusal) as fault:
        refer(other, cast["xiji_intake"])
    assert fault.value.code == "quota_used"
    with pytest.raises(Invalid) as less:
        actions.set_quota(campaign=session.campaign, county_code=XIJI, places=0, by=cast["prov_review"])
    assert "已有 1 人" in str(less.value.fields["places"])


def test_only_who_may_be_helped_and_only_by_the_county(fit: Any, session: Any, team: Any, cast: Any) -> None:
    well = register(session.campaign, cast["agent1"], 5, session=session)
    with pytest.raises(Refusal, match="不是可以救助"):
        refer(well, cast["xiji_intake"])
    examine(well, team, SEEN_WELL)
    with pytest.raises(Refusal, match="不是可以救助"):
        refer(well, cast["xiji_intake"])
    row = fit()
    with pytest.raises(NotFound):
        refer(row, cast["zhongning_clerk"])
    with pytest.raises(Refusal, match="不能办理这一步"):
        refer(row, cast["xiji_review"])


def test_a_result_with_a_case_stands(fit: Any, team: Any, cast: Any) -> None:
    row = fit()
    refer(row, cast["xiji_intake"])
    with pytest.raises(Refusal, match="结果不能再改"):
        examine(row, team, SEEN_WELL)


def test_without_a_helper_it_is_the_clerks_at_the_counter(fit: Any, session: Any, team: Any, cast: Any) -> None:
    for helper in ("agent1", "agent2", "xiji_village", "xiji_village2"):
        cast[helper].is_active = False
        cast[helper].save()
    case = refer(fit(by="xiji_intake"), cast["xiji_intake"])
    assert (case.owner, case.agent, case.channel) == (cast["xiji_intake"], None, "counter")


def test_the_page_lists_who_may_be_helped_and_makes_the_draft(fit: Any, session: Any, cast: Any) -> None:
    row, client = fit(), Client()
    client.force_login(cast["xiji_intake"], backend="django.contrib.auth.backends.ModelBackend")
    address = reverse("screening:fit", args=[session.campaign_id])
    assert row.number in client.get(address).text
    assert client.post(address, {"person": row.pk}).status_code == 302
    assert "草稿，由" in client.get(address).text
    assert client.post(address, {"person": "0"}).status_code == 404


def test_the_funnel_counts_each_stage_by_county(fit: Any, session: Any, team: Any, cast: Any) -> None:
    refer(fit(1), cast["xiji_intake"])
    fit(2)
    well = register(session.campaign, cast["agent1"], 3, session=session)
    examine(well, team, SEEN_WELL)
    register(session.campaign, cast["agent1"], 4)
    whole, county = funnel(cast["prov_review"], session.campaign)
    wanted = {"registered": 4, "examined": 3, "operable": 2, "normal": 1, "drafts": 1, "sent": 0}
    assert {key: county.counts[key] for key in wanted} == wanted == {key: whole.counts[key] for key in wanted}
    assert (county.code, county.name, county.places) == (XIJI, "西吉县", 10)
    assert [one.count for one in whole.bars()][:2] == [4, 3]
    assert [one.counts["registered"] for one in funnel(cast["zhongning_clerk"], session.campaign)] == [0]
    with pytest.raises(NotFound):
        funnel(cast["agent1"], session.campaign)


def test_in_public_small_numbers_are_hidden(fit: Any, session: Any, cast: Any) -> None:
    fit()
    actions.close_campaign(campaign=session.campaign, by=cast["prov_review"])
    told = public_results()[0]
    assert (told.seen, told.fit, told.helped) == ("不到 5", "不到 5", "0")
    assert [shown(count) for count in (0, 1, 4, 5, 1200)] == ["0", "不到 5", "不到 5", "5", "1200"]
    page = Client().get(reverse("screening:where")).text
    assert "不到 5" in page and session.campaign.title in page


def test_the_public_page_tells_where_one_may_go(session: Any) -> None:
    page = Client().get(reverse("screening:where")).text
    assert session.site in page and str(session.team) in page and "西吉县" in page
