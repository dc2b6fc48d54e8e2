"""Every public function of every actions module: is it one thing a person does, and what is it called with."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import cases
import workflows

Found = tuple[str, Callable[..., Any]]

HELPERS = {
    "cases.history.sealing.actions.take_receipt": "the word of a witness, which is proof itself",
    "cases.stock.actions.paying.pay_fee": "inside the approval of the fee",
    "cases.follow_up.actions.draw": "part of the act that moves the case",
    "cases.follow_up.actions.keep": "part of the act that moves the case",
    "cases.access.actions.look": "stores a look in a transaction of its own, before the bytes leave",
    "cases.apply.actions.may_renew_code": "asks who may, inside an act",
    "cases.calendar.actions.on_calendar_loaded": "registers a handler",
    "cases.calendar.actions.load_calendar": "a command of the operator; writes one event",
    "cases.calendar.actions.load_reference": "set-up by the owner role",
    "cases.dossier.actions.own_draft": "a lock inside an act",
    "cases.dossier.actions.drop_lapsed_drafts": "the clock; each draft it empties is an act",
    "cases.duplicates.actions.hits.note_trace": "inside the act that changes the file",
    "cases.duplicates.actions.hits.keep_hits": "inside the act at whose moment it is looked",
    "cases.duplicates.actions.hits.must_be_clear": "refuses on behalf of an act",
    "cases.money.actions.answers.note_silent_batches": "the clock; each batch it notes is an act",
    "cases.money.actions.batches.lock_batch": "a lock inside an act",
    "cases.money.actions.batches.tell_payout": "tells the road inside an act",
    "cases.money.actions.batches.attempts_of": "reads only",
    "cases.money.actions.batches.drop_batch": "a part of two acts",
    "cases.money.actions.funds.act_as": "states the post inside an act",
    "cases.money.actions.payouts.end_reservation": "a part of several acts",
    "cases.money.actions.payouts.take_back": "a part of several acts",
    "cases.notices.actions.deliver": "runs from the outbox, which keeps its own record",
    "cases.outgoing.actions.handles": "registers a handler",
    "cases.outgoing.actions.doorbell": "registers a bell",
    "cases.outgoing.actions.send": "writes an outbox row inside an act",
    "cases.outgoing.actions.ring": "wakes a worker",
    "cases.outgoing.actions.retry_of": "reads only",
    "cases.outgoing.actions.again": "a part of several acts",
    "cases.outgoing.actions.done": "a part of several acts",
    "cases.outgoing.actions.failed": "a part of several acts",
    "cases.outgoing.actions.park_unanswered": "the clock; an incident then waits for a person",
    "cases.outgoing.actions.tried": "registers how it is tried again",
    "cases.outgoing.actions.withdraw": "a part of several acts",
    "cases.outgoing.actions.run": "one job of the outbox, nobody's deed",
    "cases.people.actions.may_give_account": "asks who may, inside an act",
    "cases.people.actions.replace_account": "a part of several acts",
    "cases.policy.actions.versions.problems_of": "reads only",
    "cases.policy.actions.measures.written": "a part of several acts",
    "cases.policy.actions.measures.shipped_clauses": "a part of loading a policy",
    "cases.policy.actions.posts.stand_in": "states the post inside an act",
    "cases.policy.actions.posts.edits": "states the post inside an act",
    "cases.policy.actions.posts.open_draft": "a lock inside an act",
    "cases.policy.actions.posts.must_be_free": "refuses on behalf of an act",
    "cases.policy.actions.rows.stored": "reads only",
    "cases.providers.actions.permits.must_be_open": "reads only",
    "cases.providers.actions.permits.taken": "reads only",
    "cases.providers.actions.permits.end_permit": "a part of several acts",
    "cases.providers.actions.treating.held": "states the post inside an act",
    "cases.providers.actions.treating.must_be_good": "reads only",
    "cases.providers.actions.treating.not_later": "reads only",
    "cases.providers.actions.treating.tell_when_over": "tells the road inside an act",
    "cases.providers.actions.claiming.held_line": "states the post inside an act",
    "cases.providers.actions.checking.at_office": "states the post inside an act",
    "cases.providers.actions.checking.must_stand_at": "reads only",
    "cases.providers.actions.checking.tell_when_settled": "tells the road inside an act",
    "cases.providers.actions.moving.lapse_due": "the clock; each permit that lapses is an act",
    "cases.people.actions.pay_institution": "a part of the act of a settlement",
    "cases.providers.actions.register.act_as": "states the post inside an act",
    "cases.providers.actions.register.lock_provider": "a lock inside an act",
    "cases.publicity.actions.lists.announcement": "reads only",
    "cases.stock.actions.fitting.check_days": "reads only",
    "cases.stock.actions.reserving.free_case": "inside the end of a case",
    "cases.stock.actions.reserving.give_back": "a part of several acts",
    "cases.stock.actions.reserving.offer_free": "the clock; each offer it makes is an act",
    "cases.stock.actions.reserving.put_in_line": "inside the decision of a step",
    "cases.stock.actions.reserving.reserve_for": "inside the decision of a step",
    "cases.stock.actions.reserving.take": "a part of several acts",
    "cases.stock.actions.testing.must_be_fresh": "reads only",
    "cases.stock.actions.testing.refer": "inside the act of accepting",
    "cases.publicity.actions.lists.close_due": "the clock; each list it closes is an act",
    "cases.regions.actions.load_divisions": "a command of the operator; writes one event",
    "cases.regions.actions.load_reference": "set-up by the owner role",
    "cases.screening.actions.examining.written_result": "a row that is not stored yet",
    "cases.screening.actions.importing.in_background": "runs from the outbox, which keeps its own record",
    "cases.screening.actions.planning.act_in": "states the post inside an act",
    "cases.screening.actions.planning.must_run": "reads only",
    "cases.screening.actions.planning.referred_from": "reads only",
    "cases.screening.actions.registering.act_in_area": "states the post inside an act",
    "cases.screening.actions.registering.lock_campaign": "a lock inside an act",
    "cases.screening.actions.registering.must_have_room": "reads only",
    "cases.screening.actions.registering.not_announced": "a sentence",
    "cases.screening.actions.registering.written": "a row that is not stored yet",
    "workflows.actions.deciding.decide": "keeps the text of a late decision, then the act `_decide`",
    "workflows.actions.jobs.skip_job": "a part of skipping an incident",
    "workflows.actions.moving.fact": "what happened outside the road, inside an act",
    "workflows.actions.moving.stop": "a part of several acts",
    "workflows.actions.common.locked": "a lock inside an act",
    "workflows.actions.common.may_act": "reads only",
    "workflows.actions.common.must_lead": "reads only",
    "workflows.actions.leading.must_fit": "reads only",
    "workflows.actions.leading.must_be_live": "reads only",
    "workflows.actions.common.posts_for": "reads only",
    "workflows.actions.common.people_of": "reads only",
    "workflows.actions.common.not_yours": "reads only",
    "workflows.actions.recusing.kept_out": "what a recusal does to open steps, inside an act",
    "cases.recusal.actions.keep_out": "a part of the act of recusing",
    "cases.recusal.actions.note_parties": "inside the act that changes the file",
    "workflows.actions.common.must_be_open": "reads only",
    "workflows.actions.common.must_be_unchanged": "reads only",
    "workflows.actions.common.what_happened": "reads only",
    "workflows.actions.common.holder_of": "reads only",
    "workflows.actions.common.finish": "a part of several acts",
    "workflows.actions.common.leave": "a part of several acts",
    "workflows.actions.claiming.take": "a part of several acts",
    "workflows.actions.claiming.act_as": "states the post inside an act",
    "workflows.actions.correcting.correct": "a part of carrying out a plan",
    "workflows.actions.correcting.correctable": "reads only",
    "workflows.actions.intervening.must_be_free": "refuses on behalf of an act",
    "workflows.actions.intervening.open_items": "reads only",
    "workflows.actions.intervening.put": "a part of carrying out a plan",
    "workflows.actions.intervening.drop": "a part of carrying out a plan",
    "workflows.actions.intervening.reopen": "a part of carrying out a plan",
    "workflows.actions.migrating.migrate": "a part of carrying out a plan",
    "workflows.operations.actions.running.advance": "the clock; each case of a plan is an act",
    "workflows.operations.actions.running.advance_plan": "the clock; each case of a plan is an act",
    "workflows.operations.actions.suspending.act_as": "states the post inside an act",
    "workflows.desk.messages.actions.message_post": "reads only",
    "workflows.desk.messages.actions.must_be_fit": "reads only",
    "workflows.desk.messages.actions.plain_words": "reads only",
    "workflows.operations.actions.suspending.case_ended": "inside the end of a case",
    "workflows.operations.actions.suspending.end_due": "the clock; each suspension it ends is an act",
    "workflows.operations.actions.suspending.settle_ended": "the clock; each step it moves on is an act",
    "workflows.desk.staffing.actions.written": "a part of two acts",
    "workflows.desk.staffing.actions.carry_out": "each line it carries out is an act",
    "workflows.desk.staffing.actions.in_background": "runs from the outbox, which keeps its own record",
    "cases.urgent.actions.reserve_rest": "inside the panel's decision",
    "workflows.desk.panel.actions.meetings.act_as": "states the post inside an act",
    "workflows.desk.panel.actions.votes.vote": "the act `_vote` with its case",
    "workflows.desk.panel.actions.votes.recuse": "the act `_vote`",
    "workflows.desk.panel.actions.votes.close_item": "the act `_close_item` with its case",
}
"""Public functions that are no deed of a person of their own, each with its reason."""

INNER = {
    **dict.fromkeys(
        [
            f"cases.history.sealing.actions.{name}"
            for name in ("change_key", "accept_shorter", "add_witness", "end_witness")
        ],
        "a command of the operator",
    ),
    "cases.access.actions.open_account": "signing in by phone for the first time",
    "cases.apply.actions.look_up": "tracking without signing in; its own limits",
    "cases.dossier.actions.new_draft": "anybody who signed in may begin",
    "cases.dossier.actions.lapse_draft": "the clock",
    "cases.publicity.actions.objections.file_objection": "anybody may object",
    "cases.publicity.actions.lists.close_entry": "the clock",
    "cases.publicity.actions.lists.close_list": "the clock",
    "cases.publicity.actions.lists.leave_list": "inside the end of a case",
    "cases.money.actions.answers.note_silence": "the clock, and the maker",
    "cases.money.actions.payouts.reserve": "inside the panel's decision",
    "cases.money.actions.payouts.release_reservation": "inside the end of a case",
    "cases.money.actions.payouts.make_payable": "inside the grant",
    "cases.money.actions.payouts.take_refund": "inside the decision of a step",
    "workflows.scoring.actions.give": "inside the decision of a step",
    "cases.urgent.actions.approve": "inside the decision of a step",
    "cases.urgent.actions.settle": "inside the panel's decision",
    "cases.urgent.actions.recover": "inside the decision of a step",
    "cases.urgent.actions.write_off": "inside the decision of a step",
    "cases.notices.actions.notify": "inside the act that the letter tells of",
    "cases.people.actions.confirm_account": "inside the grant",
    "cases.providers.actions.permits.propose_permits": "inside the decision of a step",
    "cases.providers.actions.permits.issue_permits": "inside the decision of a step, and the clock",
    "cases.providers.actions.moving.lapse_permit": "the clock",
    "cases.providers.actions.permits.cancel_permits": "inside the end of a case",
    "cases.stock.actions.reserving.offer": "the clock",
    "workflows.desk.waiting.actions.promote": "the clock",
    "cases.evidence.actions.tell_once": "inside the decision of a step",
    "cases.evidence.actions.check_paper": "inside the act of the step's holder",
    "cases.evidence.actions.record_visit": "inside the decision of a step",
    "cases.dossier.actions.verify_answer": "inside the decision of a step",
    "cases.screening.actions.importing.carry_on": "the worker, for whoever imported",
    "workflows.actions.moving.start": "inside submitting",
    "workflows.actions.jobs.job_over": "the worker",
    "workflows.actions.messages.deliver_message": "the worker",
    "workflows.actions.claiming.claim_expired": "the clock",
    "workflows.actions.leading.escalate": "the clock",
    "workflows.actions.leading.judge_again": "the clock",
    "workflows.actions.claiming.seen": "whoever lost a step",
    "workflows.desk.errands.actions.escalate": "the clock",
    "workflows.inspection.findings.actions.escalate": "the clock",
    "workflows.reports.evaluation.actions.freeze": "the clock",
    "workflows.desk.notes.actions.seen": "whoever was mentioned",
    "workflows.actions.moving.panel_result": "inside the panel's decision",
    "workflows.operations.actions.running.try_one": "the clock; the plan was made by somebody with the right",
    "workflows.operations.actions.running.carry_out_one": "the clock; the plan was signed",
    "workflows.operations.actions.running.take_back_one": "the clock; somebody with the right took the plan back",
    "workflows.operations.actions.running.close_plan": "the clock",
    "workflows.operations.actions.suspending.expire": "the clock",
    "workflows.operations.actions.suspending.go_on": "the clock",
    "workflows.desk.staffing.actions.settle": "a line of the sheet of somebody whose right is asked again for each step",
    "workflows.desk.staffing.actions.refuse": "notes why such a line was not done",
    "workflows.desk.panel.actions.meetings.take_off_agendas": "inside the end of a case",
}
"""Acts that ask for no post: anybody's, the clock's, or a part of an act that has asked."""


def doors() -> Iterator[Found]:
    """Every function that an actions module defines, by its full name."""
    for root in (cases, workflows):
        for module in pkgutil.walk_packages(root.__path__, f"{root.__name__}."):
            if "actions" in module.name.split(".") and "migrations" not in module.name:
                for name, function in vars(importlib.import_module(module.name)).items():
                    if inspect.isfunction(function) and function.__module__ == module.name:
                        yield f"{module.name}.{name}", function


def acts() -> list[Found]:
    """Those that are one thing a person does."""
    return [(name, function) for name, function in doors() if hasattr(function, "action_name")]


def arguments(function: Callable[..., Any], things: dict[str, Any]) -> dict[str, Any]:
    """Something plausible for every argument that must be given; `now` comes from the clock."""
    given = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.default is inspect.Parameter.empty and name not in ("by", "now"):
            given[name] = things[name]
    return given
