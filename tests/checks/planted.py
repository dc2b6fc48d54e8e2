"""Sixteen kinds of fraud, planted by the worst hand there is: the superuser, with every trigger off and indexes dropped.

Each takes copies by their number and answers the keys of the cases that its check has to name (of the export: its own key).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from cases.sealed import seal
from tests.checks.bulk import Copies

Plant = Callable[[Copies, int, Any], int]
PLANTS: dict[str, Plant] = {}
"""By check; a further kind of the same check has its name behind it."""


def plants(code: str) -> Callable[[Plant], Plant]:
    def wrap(plant: Plant) -> Plant:
        PLANTS[code] = plant
        return plant

    return wrap


def _do(copies: Copies, sql: str, *given: Any) -> None:
    copies.cursor.execute(sql, given)


def _again(copies: Copies, table: str, key: int, **other: str) -> int:
    """One more row like this one, but for the columns in `other`; its key."""
    copies.cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped", [table]
    )
    names = [name for (name,) in copies.cursor.fetchall() if name != "id"]
    values = ", ".join(other.get(name, f's."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    copies.cursor.execute(
        f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} s WHERE id = %s RETURNING id", [key]
    )
    return int(copies.cursor.fetchone()[0])


def _one(copies: Copies, sql: str, *given: Any) -> Any:
    copies.cursor.execute(sql, given)
    return copies.cursor.fetchone()[0]


def _account(copies: Copies, case: int) -> int:
    return int(_one(copies, "SELECT payee_id FROM cases_payout WHERE case_id = %s", case))


@plants("C01")
def two_levels(copies: Copies, g: int, cast: Any) -> int:
    """The city's recheck is signed by who reviewed it in the county."""
    case = copies.case(g)
    _do(copies, """UPDATE workflows_decision d SET actor_id = (SELECT actor_id FROM workflows_decision o WHERE o.case_id = d.case_id
        AND o.step = 'county_review') WHERE case_id = %s AND step = 'city_recheck'""", case)  # fmt: skip
    return case


@plants("C02")
def a_relative(copies: Copies, g: int, cast: Any) -> int:
    """The reviewer is a relative of the patient."""
    case = copies.case(g)
    sealed = seal("某人", "cases_relative.name")
    _do(copies, """INSERT INTO cases_relative (by_id, relation, name, name_key, id_no, id_key, at)
        SELECT d.actor_id, 'parent', %s, p.name_key, '', p.id_key, d.at - interval '9 days' FROM workflows_decision d
        JOIN cases_caseparty p ON p.case_id = d.case_id AND p.id_key <> '' WHERE d.case_id = %s AND d.step = 'county_review' LIMIT 1""",
        sealed, case)  # fmt: skip
    return case


@plants("C03")
def no_quorum(copies: Copies, g: int, cast: Any) -> int:
    """All but one of the votes are gone."""
    case = copies.case(g)
    _do(copies, """DELETE FROM workflows_vote WHERE item_id = (SELECT id FROM workflows_meetingitem WHERE case_id = %s)
        AND id <> (SELECT min(v.id) FROM workflows_vote v JOIN workflows_meetingitem i ON i.id = v.item_id WHERE i.case_id = %s)""", case, case)  # fmt: skip
    return case


@plants("C04")
def a_short_notice(copies: Copies, g: int, cast: Any) -> int:
    """The list stood for one day."""
    case = copies.case(g)
    plist = _one(copies, "SELECT list_id FROM cases_publicentry WHERE case_id = %s", case)
    short = _again(
        copies, "cases_publiclist", plist, token="gen_random_uuid()", number=f"'S{g}'", ends_on="s.starts_on + 1"
    )
    _do(copies, "UPDATE cases_publicentry SET list_id = %s WHERE case_id = %s", short, case)
    return case


@plants("C05")
def paid_early(copies: Copies, g: int, cast: Any) -> int:
    """The money left on the second day of the notice."""
    case = copies.case(g)
    _do(copies, """UPDATE cases_payout p SET paid_on = l.starts_on + 1 FROM cases_publicentry e JOIN cases_publiclist l ON l.id = e.list_id
        WHERE e.case_id = p.case_id AND p.case_id = %s""", case)  # fmt: skip
    return case


@plants("C06")
def another_amount(copies: Copies, g: int, cast: Any) -> int:
    """A hundred yuan more from the working to the payment, and every paper agrees."""
    case = copies.case(g)
    for table in ("cases_award", "workflows_meetingitem", "cases_publicentry"):
        _do(copies, f"UPDATE {table} SET amount = amount + 100 WHERE case_id = %s", case)
    _do(
        copies,
        "UPDATE cases_payout SET amount = amount + 100, amount_fen = amount_fen + 10000 WHERE case_id = %s",
        case,
    )
    _do(copies, "UPDATE cases_case SET award = award + 100 WHERE id = %s", case)
    return case


@plants("C07")
def over_the_cap(copies: Copies, g: int, cast: Any) -> int:
    """One person has three grants in a year, from whichever fund."""
    key = _one(
        copies,
        "SELECT n.id_key FROM cases_case c JOIN cases_person n ON n.id = c.patient_id WHERE c.id = %s",
        copies.case(g),
    )
    for more in (1, 2):
        _do(copies, "UPDATE cases_case SET patient_key = %s WHERE id = %s", key, copies.case(g + more))
    return copies.case(g + 2)


@plants("C08")
def another_place(copies: Copies, g: int, cast: Any) -> int:
    """A donor's money for one county is spent in another."""
    case = copies.case(g)
    fund = _one(copies, "SELECT fund_id FROM cases_payout WHERE case_id = %s", case)
    own = _again(copies, "cases_fund", fund, code=f"'D{g}'", restriction='\'{"divisions": ["6501"]}\'::jsonb')
    _do(copies, "UPDATE cases_payout SET fund_id = %s WHERE case_id = %s", own, case)
    return case


@plants("C09")
def one_invoice_twice(copies: Copies, g: int, cast: Any) -> int:
    """One invoice is in two files."""
    _do(copies, "DROP INDEX IF EXISTS invoice_once")
    for case in (copies.case(g), copies.case(g + 1)):
        _do(copies, """INSERT INTO cases_invoice (case_id, key, code, number, check_code, issued_on, total, in_scope, reimbursed, self_pay,
            donated, out_of_region, entered_by_id, entered_at, released_why)
            VALUES (%s, %s, %s, %s, '', '2020-01-01', 9, 9, 0, 9, false, false, %s, now(), '')""",
            case, f"invoice {g}", seal("1", "cases_invoice.code"), seal("2", "cases_invoice.number"), cast["xiji_intake"].pk)  # fmt: skip
    return copies.case(g + 1)


@plants("C10")
def no_proof(copies: Copies, g: int, cast: Any) -> int:
    """A son was paid, and no paper says that he is one."""
    case = copies.case(g)
    _do(copies, "UPDATE cases_payeeaccount SET relation = 'SON' WHERE id = %s", _account(copies, case))
    return case


@plants("C11")
def another_account(copies: Copies, g: int, cast: Any) -> int:
    """Two days before the payment the account was changed."""
    case = copies.case(g)
    account = _account(copies, case)
    _again(copies, "cases_payeeaccount", account, replaced_at="now()", given_at="s.given_at - interval '1 day'")
    _do(copies, """UPDATE cases_payeeaccount a SET given_at = p.paid_on - interval '2 days' FROM cases_payout p
        WHERE p.payee_id = a.id AND a.id = %s""", account)  # fmt: skip
    return case


@plants("C12")
def a_dead_person(copies: Copies, g: int, cast: Any) -> int:
    """The patient stands on a list of deaths of the day before."""
    case = copies.case(g)
    _do(copies, """WITH run AS (INSERT INTO cases_agencylist (kind, agency, purpose, basis, list_date, file_sha256, rows, matches, by_id, at)
        SELECT 'dead', '某局', '核对', '某法', paid_on - 1, %s, 1, 1, %s, now() FROM cases_payout WHERE case_id = %s RETURNING id)
        INSERT INTO cases_agencymatch (run_id, case_id, id_key, score, reasons) SELECT id, %s, '', 100, '[]' FROM run""",
        f"{g:064d}", cast["prov_review"].pk, case, case)  # fmt: skip
    return case


@plants("C13")
def never_visited(copies: Copies, g: int, cast: Any) -> int:
    """The calls and visits that were drawn are not there."""
    case = copies.case(g)
    _do(
        copies, "DELETE FROM cases_followuptry t USING cases_followup f WHERE t.duty_id = f.id AND f.case_id = %s", case
    )
    return case


@plants("C14")
def overdue(copies: Copies, g: int, cast: Any) -> int:
    """The county's review was done twenty days late, and nobody says why."""
    case = copies.case(g)
    _do(
        copies,
        "UPDATE workflows_workitem SET due_on = done_at::date - 20 WHERE case_id = %s AND step = 'county_review'",
        case,
    )
    return case


@plants("C15")
def in_seconds(copies: Copies, g: int, cast: Any) -> int:
    """Six cases are agreed to by one person within six seconds, each unread."""
    for more in range(6):
        _do(copies, """UPDATE workflows_decision SET seconds = 1, at = at + make_interval(hours => %s, secs => %s)
            WHERE case_id = %s AND step = 'county_review'""", g, more, copies.case(g + more))  # fmt: skip
    return copies.case(g)


@plants("C16")
def a_strange_export(copies: Copies, g: int, cast: Any) -> int:
    """The system's administrator took a list out."""
    return int(_one(copies, """INSERT INTO cases_access (recorded_at, actor, action, object_type, object_id, fields, nonce, hash)
        VALUES (%s, %s, 'export', 'cases_case', '1', '{}', '', '') RETURNING id""", timezone.now(), cast["sysadmin"].pk))  # fmt: skip


@plants("C02 recused")
def came_back(copies: Copies, g: int, cast: Any) -> int:
    """The reviewer had withdrawn from the case an hour before."""
    case = copies.case(g)
    _do(copies, """INSERT INTO cases_recusal (case_id, person_id, reason, at) SELECT case_id, actor_id, '', at - interval '1 hour'
        FROM workflows_decision WHERE case_id = %s AND step = 'county_review'""", case)  # fmt: skip
    return case


@plants("C02 party")
def his_own_helper(copies: Copies, g: int, cast: Any) -> int:
    """The reviewer is the helper of the applicant."""
    case = copies.case(g)
    _do(copies, """UPDATE cases_case c SET agent_id = d.actor_id FROM workflows_decision d
        WHERE d.case_id = c.id AND d.step = 'county_review' AND c.id = %s""", case)  # fmt: skip
    return case


@plants("C03 majority")
def abstained(copies: Copies, g: int, cast: Any) -> int:
    """All abstained, and it is agreed."""
    case = copies.case(g)
    _do(
        copies,
        """UPDATE workflows_vote v SET choice = 'abstain' FROM workflows_meetingitem i WHERE i.id = v.item_id AND i.case_id = %s""",
        case,
    )
    return case


@plants("C03 absent")
def not_signed_in(copies: Copies, g: int, cast: Any) -> int:
    """One of the votes is of somebody who was not there."""
    case = copies.case(g)
    _do(copies, """UPDATE workflows_vote SET member_id = %s WHERE id = (SELECT min(v.id) FROM workflows_vote v
        JOIN workflows_meetingitem i ON i.id = v.item_id WHERE i.case_id = %s)""", cast["sysadmin"].pk, case)  # fmt: skip
    return case


@plants("C03 minutes")
def no_minutes(copies: Copies, g: int, cast: Any) -> int:
    """The meeting was closed without minutes."""
    case = copies.case(g)
    meeting = _one(copies, "SELECT meeting_id FROM workflows_meetingitem WHERE case_id = %s", case)
    bare = _again(copies, "workflows_meeting", meeting, number=f"'M{g}'", minutes="''")
    _do(copies, """INSERT INTO workflows_attendance (meeting_id, member_id, signed_at)
        SELECT %s, member_id, signed_at FROM workflows_attendance WHERE meeting_id = %s""", bare, meeting)  # fmt: skip
    _do(copies, "UPDATE workflows_meetingitem SET meeting_id = %s WHERE case_id = %s", bare, case)
    return case


@plants("C03 none")
def no_panel(copies: Copies, g: int, cast: Any) -> int:
    """The panel never had the case."""
    case = copies.case(g)
    _do(
        copies,
        "DELETE FROM workflows_vote v USING workflows_meetingitem i WHERE i.id = v.item_id AND i.case_id = %s",
        case,
    )
    _do(copies, "DELETE FROM workflows_meetingitem WHERE case_id = %s", case)
    return case


@plants("C04 snapshot")
def another_list(copies: Copies, g: int, cast: Any) -> int:
    """The stored list is not the one whose fingerprint is kept."""
    case = copies.case(g)
    plist = _one(copies, "SELECT list_id FROM cases_publicentry WHERE case_id = %s", case)
    other = _again(
        copies, "cases_publiclist", plist, token="gen_random_uuid()", number=f"'T{g}'", snapshot="s.snapshot || 'x'"
    )
    _do(copies, "UPDATE cases_publicentry SET list_id = %s WHERE case_id = %s", other, case)
    return case


@plants("C04 ended")
def taken_off(copies: Copies, g: int, cast: Any) -> int:
    """The entry was taken off the list on its second day."""
    case = copies.case(g)
    _do(copies, """UPDATE cases_publicentry e SET closed_at = l.starts_on + interval '30 hours' FROM cases_publiclist l
        WHERE l.id = e.list_id AND e.case_id = %s""", case)  # fmt: skip
    return case


@plants("C04 amount")
def posted_another(copies: Copies, g: int, cast: Any) -> int:
    """The public read another amount."""
    case = copies.case(g)
    _do(copies, "UPDATE cases_publicentry SET amount = amount - 1 WHERE case_id = %s", case)
    return case


@plants("C05 none")
def never_posted(copies: Copies, g: int, cast: Any) -> int:
    """The case was never on a list."""
    case = copies.case(g)
    _do(copies, "DELETE FROM cases_publicentry WHERE case_id = %s", case)
    return case


@plants("C05 objection")
def objected(copies: Copies, g: int, cast: Any) -> int:
    """An objection is open to this day."""
    case = copies.case(g)
    _do(copies, """INSERT INTO cases_objection (token, entry_id, case_id, named, objector_name, objector_phone, text, filed_at, extension_reason,
        state, finding, reasons, answer) SELECT gen_random_uuid(), e.id, e.case_id, false, '', '', 'x', l.posted_at, '', 'open', '', '[]', ''
        FROM cases_publicentry e JOIN cases_publiclist l ON l.id = e.list_id WHERE e.case_id = %s""", case)  # fmt: skip
    return case


@plants("C06 case")
def the_case_says_more(copies: Copies, g: int, cast: Any) -> int:
    """The amount of the case is another than was worked out."""
    _do(copies, "UPDATE cases_case SET award = award + 1 WHERE id = %s", copies.case(g))
    return copies.case(g)


@plants("C06 panel")
def the_panel_said_more(copies: Copies, g: int, cast: Any) -> int:
    """The panel was shown another amount."""
    _do(copies, "UPDATE workflows_meetingitem SET amount = amount + 1 WHERE case_id = %s", copies.case(g))
    return copies.case(g)


@plants("C06 paid")
def paid_more(copies: Copies, g: int, cast: Any) -> int:
    """More was paid than was worked out."""
    _do(
        copies,
        "UPDATE cases_payout SET amount = amount + 1, amount_fen = amount_fen + 100 WHERE case_id = %s",
        copies.case(g),
    )
    return copies.case(g)


@plants("C06 unreadable")
def facts_that_do_not_open(copies: Copies, g: int, cast: Any) -> int:
    """The facts of the working were overwritten."""
    _do(copies, "UPDATE cases_award SET facts = 's1.x.y.z' WHERE case_id = %s", copies.case(g))
    return copies.case(g)


@plants("C07 per_year")
def had_before(copies: Copies, g: int, cast: Any) -> int:
    """An imported grant of the same year is over the limit with this one."""
    case = copies.case(g)
    _do(copies, """WITH sheet AS (INSERT INTO cases_pastgrantimport (by_id, at, file_sha256, rows) VALUES (%s, now(), %s, 1) RETURNING id)
        INSERT INTO cases_pastgrant (source_import_id, id_key, programme, year, amount, source)
        SELECT sheet.id, n.id_key, c.programme, extract(year FROM c.accepted_on), 11999, 'x'
        FROM sheet, cases_case c JOIN cases_person n ON n.id = c.patient_id WHERE c.id = %s""", cast["prov_review"].pk, f"p{g}", case)  # fmt: skip
    return case


def _other_fund(copies: Copies, g: int, **other: str) -> int:
    case = copies.case(g)
    fund = _one(copies, "SELECT fund_id FROM cases_payout WHERE case_id = %s", case)
    _do(
        copies,
        "UPDATE cases_payout SET fund_id = %s WHERE case_id = %s",
        _again(copies, "cases_fund", fund, code=f"'E{g}'", **other),
        case,
    )
    return case


@plants("C08 amount")
def too_large(copies: Copies, g: int, cast: Any) -> int:
    """The donor gives at most a yuan each."""
    return _other_fund(copies, g, restriction='\'{"unit_max": "1"}\'::jsonb')


@plants("C08 period")
def too_early(copies: Copies, g: int, cast: Any) -> int:
    """The fund began after the money was set aside."""
    return _other_fund(copies, g, starts_on="s.starts_on + 9999", ends_on="NULL")


@plants("C08 programme")
def another_programme(copies: Copies, g: int, cast: Any) -> int:
    """The fund is for hearing aids."""
    return _other_fund(copies, g, programme="'hearing'")


def _permits(copies: Copies, g: int, keys: tuple[str, str]) -> list[int]:
    _do(copies, "DROP INDEX IF EXISTS part_once")
    return [
        int(_one(copies, """INSERT INTO cases_permit (case_id, part, id_key, provider_id, state, number, token, amount, issued_at, valid_until,
            proposed_at, ended_why, missed) VALUES (%s, 'right_eye', %s, 1, 'used', %s, gen_random_uuid(), 1, now(), '2020-01-01', now(), '', 0)
            RETURNING id""", copies.case(g + at), key, f"N{g}-{at}"))
        for at, key in enumerate(keys)
    ]  # fmt: skip


@plants("C09 part")
def one_eye_twice(copies: Copies, g: int, cast: Any) -> int:
    """The same eye of the same person has two permits."""
    _permits(copies, g, (f"eye {g}", f"eye {g}"))
    return copies.case(g + 1)


@plants("C09 lens")
def one_lens_twice(copies: Copies, g: int, cast: Any) -> int:
    """One lens went into two eyes; a dash makes it look like another."""
    for permit, serial in zip(_permits(copies, g, (f"l {g}", f"r {g}")), (f"SN{g:05}", f"SN-{g:05}"), strict=True):
        _do(copies, """INSERT INTO cases_surgery (permit_id, done_on, method, surgeon, lens_brand, lens_model, lens_power, lens_serial,
            is_premium, by_id, at) VALUES (%s, '2020-01-01', 'phaco', 'x', 'x', 'x', 1, %s, false, 1, now())""", permit, serial)  # fmt: skip
    return copies.case(g + 1)


@plants("C10 unconfirmed")
def confirmed_by_nobody(copies: Copies, g: int, cast: Any) -> int:
    """No second person stands behind the account."""
    account = _account(copies, copies.case(g))
    _do(copies, "UPDATE cases_payeeaccount SET confirmed_by_id = NULL, confirmed_at = NULL WHERE id = %s", account)
    return copies.case(g)


@plants("C10 name")
def in_another_name(copies: Copies, g: int, cast: Any) -> int:
    """The account is called the patient's and bears another name."""
    _do(copies, "UPDATE cases_caseparty SET name_key = 'x' WHERE who = 'payee' AND case_id = %s", copies.case(g))
    return copies.case(g)


@plants("C10 agent")
def the_helper_is_paid(copies: Copies, g: int, cast: Any) -> int:
    """The money went to somebody of the helper's name."""
    case = copies.case(g)
    _do(copies, "UPDATE cases_payeeaccount SET relation = 'SON' WHERE id = %s", _account(copies, case))
    _do(copies, """INSERT INTO cases_caseparty (case_id, who, name_key, id_key) SELECT case_id, 'agent', name_key, ''
        FROM cases_caseparty WHERE case_id = %s AND who = 'payee'""", case)  # fmt: skip
    return case


@plants("C13 none")
def never_drawn(copies: Copies, g: int, cast: Any) -> int:
    """No follow-up was ever drawn."""
    case = never_visited(copies, g, cast)
    _do(copies, "DELETE FROM cases_followup WHERE case_id = %s", case)
    return case
