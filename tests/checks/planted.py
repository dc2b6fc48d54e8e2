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
