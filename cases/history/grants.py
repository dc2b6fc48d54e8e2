"""What each role may do to each table; everything else it may not (least privilege, one manifest)."""

from __future__ import annotations

from typing import Any

READ_ONLY = {
    "cases_stream", "cases_streamhead", "cases_event", "cases_access",
    "cases_subjectkey", "cases_pending", "cases_leaf", "cases_tile", "cases_checkpoint",
    "django_migrations", "workflows_duty", "workflows_stepduty", "workflows_flowversion",
}  # fmt: skip
"""Written by SECURITY DEFINER functions, by the sealer, or by the owner role alone."""

APPEND_ONLY: set[str] = {
    "cases_award", "cases_evaluation", "cases_evaluationmatch", "cases_ledgertransfer", "cases_pastgrant", "cases_pastgrantimport",
    "cases_homevisit", "cases_visitfact", "cases_differencefinding", "cases_caseparty", "cases_recusal", "cases_permitmove", "cases_preopexam", "cases_surgery",
    "cases_complication", "cases_sightcheck", "cases_claim", "cases_claimcall",
    "cases_followup", "cases_followuptry", "cases_hitdecision", "cases_agencymatch", "cases_agencylist",
    "cases_devicearrival", "cases_devicemove", "cases_stockcount", "cases_stockdifference", "cases_audiogram",
    "workflows_decision", "workflows_ending", "workflows_answered", "workflows_recheck", "cases_keyproof", "workflows_notefile", "workflows_scoresheet",
    "workflows_errandfile", "cases_witnessreceipt", "workflows_checkmark", "workflows_checkrule",
    "workflows_findingstep", "workflows_evidence", "workflows_findingfile", "workflows_inspectionnote",
    "workflows_sampleframe", "workflows_samplecase", "workflows_samplecheck", "workflows_logexport",
    "workflows_evaluationround", "workflows_evaluationfigure", "workflows_evaluationanswer",
}  # fmt: skip

MAY_DELETE = {
    "django_session", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions",
    "cases_user_groups", "cases_user_user_permissions",
    "account_emailaddress", "account_emailconfirmation", "mfa_authenticator",
    "cases_policyrow", "cases_policyvector", "cases_clause", "cases_workday", "workflows_draft", "workflows_stepspeed",
    "cases_answer", "viewflow_task_previous",
}  # fmt: skip
"""Tables whose rows may go: sign-in data, drafts, figures that are counted again. Guards in SQL narrow some of them (answers: dossier.sql)."""

FUNCTIONS = [
    "history_append",
    "history_access",
    "history_event_hash",
    "history_field",
    "history_time",
    "relief_now",
    "relief_clear",
    "privacy_keys",
    "privacy_holds",
    "privacy_erase",
    "privacy_restrict",
]


SEALER = {
    "cases_event": ["SELECT"],
    "cases_access": ["SELECT"],
    "cases_pending": ["SELECT", "DELETE"],
    "cases_leaf": ["SELECT", "INSERT"],
    "cases_tile": ["SELECT", "INSERT"],
    "cases_checkpoint": ["SELECT", "INSERT"],
    "cases_sealkey": ["SELECT"],
    "django_migrations": ["SELECT"],
}
"""The sealer reads entries, empties the queue and adds leaves and roots; nothing else."""

NOT_FOR_INSPECTORS = {
    "django_session", "mfa_authenticator", "account_emailconfirmation", "cases_keyproof", "cases_machinekey", "cases_pending",
}  # fmt: skip
"""Of these an inspector sees nothing: with them one could sign in as somebody. All other tables he reads, and writes none."""


def apply(connection: Any, *, users: dict[str, str]) -> None:
    """Grant the manifest; idempotent; run by the owner after each migrate.

    `users` are the logins by alias: `default` is the application, then `sealer` and `inspector` where they are known.
    """
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        for alias, user in users.items():
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {quote(user)}")
            for table in tables:
                cursor.execute(f"REVOKE ALL ON TABLE {quote(table)} FROM {quote(user)}")
                if rights := RIGHTS[alias](table):
                    cursor.execute(f"GRANT {', '.join(rights)} ON TABLE {quote(table)} TO {quote(user)}")
        app = quote(users["default"])
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}")
        for function in FUNCTIONS:
            cursor.execute("SELECT oid::regprocedure::text FROM pg_proc WHERE proname = %s", [function])
            for (signature,) in cursor.fetchall():
                cursor.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")


def privileges(table: str) -> list[str]:
    """The rights of the application role on one table."""
    if table in READ_ONLY:
        return ["SELECT"]
    if table in APPEND_ONLY:
        return ["SELECT", "INSERT"]
    if table in MAY_DELETE:
        return ["SELECT", "INSERT", "UPDATE", "DELETE"]
    return ["SELECT", "INSERT", "UPDATE"]


def sealing(table: str) -> list[str]:
    """The rights of the sealer on one table."""
    return SEALER.get(table, [])


def inspecting(table: str) -> list[str]:
    """The rights of the inspector's role on one table."""
    return [] if table in NOT_FOR_INSPECTORS else ["SELECT"]


RIGHTS = {"default": privileges, "sealer": sealing, "inspector": inspecting}
