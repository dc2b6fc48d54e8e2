-- Whose matter a case is (当事人): the applicant, the helper, and whoever entered a claimed answer, a paper or the account.
-- None of them decides on it or has a hand in paying it (maker is never checker, person by person).
CREATE FUNCTION relief_parties(p_case bigint) RETURNS SETOF bigint LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT owner_id FROM public.cases_case WHERE id = p_case
    UNION SELECT agent_id FROM public.cases_case WHERE id = p_case AND agent_id IS NOT NULL
    UNION SELECT by_id FROM public.cases_answer WHERE case_id = p_case AND source = 'claimed'
    UNION SELECT by_id FROM public.cases_materialfile
        WHERE case_id = p_case AND material_id IS NOT NULL AND removed_at IS NULL
    UNION SELECT given_by_id FROM public.cases_payeeaccount WHERE case_id = p_case
$$;
