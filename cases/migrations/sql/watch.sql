-- Which tables leave a row in history at every change, by any path; money and public notice name theirs in their own files.

DO $$
DECLARE w record;
BEGIN
    FOR w IN SELECT * FROM (VALUES
        ('cases_case', 'case', 'id', '{}'::text[]),
        ('cases_answer', 'case', 'case_id', '{}'),
        ('cases_award', 'case', 'case_id', '{}'),
        ('cases_payeeaccount', 'case', 'case_id', '{}'),
        ('cases_material', 'case', 'case_id', '{}'),
        ('cases_materialfile', 'case', 'case_id', '{}'),
        ('cases_supplement', 'case', 'case_id', '{}'),
        ('cases_supplementitem', 'case', 'supplement_id:cases_supplement', '{}'),
        ('cases_homevisit', 'case', 'case_id', '{}'),
        ('cases_invoice', 'case', 'case_id', '{}'),
        ('cases_visitfact', 'case', 'visit_id:cases_homevisit', '{}'),
        ('cases_consent', 'case', 'case_id', '{}'),
        ('cases_person', 'person', 'id', '{}'),
        ('cases_policyversion', 'policy', 'id', '{}'),
        ('cases_policyrow', 'policy', 'version_id', '{}'),
        ('cases_policyvector', 'policy', 'version_id', '{}'),
        ('cases_measure', 'measure', 'id', '{}'),
        ('cases_clause', 'measure', 'measure_id', '{}'),
        ('cases_evaluation', 'case', 'case_id', '{}'),
        ('cases_evaluationmatch', 'case', 'evaluation_id:cases_evaluation', '{}'),
        ('cases_user', 'account', 'id', '{#password,last_login}'),
        ('mfa_authenticator', 'account', 'user_id', '{#data,last_used_at}'),
        ('cases_user_groups', 'account', 'user_id', '{}'),
        ('cases_user_user_permissions', 'account', 'user_id', '{}'),
        ('cases_post', 'account', 'user_id', '{}'),
        ('cases_machinekey', 'account', 'user_id', '{#digest}'),
        ('cases_standin', 'account', 'delegate_id', '{}'),
        ('cases_relative', 'account', 'by_id', '{}'),
        ('cases_recusal', 'case', 'case_id', '{}'),
        ('cases_caseparty', 'case', 'case_id', '{}'),
        ('cases_office', 'config', '', '{}'),
        ('cases_role', 'config', '', '{}')
    ) AS t (name, kind, key, skip)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = w.name::regclass AND tgname = 'row_history') THEN
            PERFORM history_watch(w.name, w.kind, w.key, VARIADIC w.skip);
        END IF;
    END LOOP;
    FOR w IN SELECT * FROM (VALUES ('cases_award'), ('cases_homevisit'), ('cases_visitfact'), ('cases_recusal'),
        ('cases_caseparty'), ('cases_evaluation'), ('cases_evaluationmatch')) AS t (name)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = w.name::regclass AND tgname = 'append_only') THEN
            PERFORM history_append_only(w.name);
        END IF;
    END LOOP;
END $$;
