-- 亲属: staff who declared somebody of this case as a relative. ID numbers decide where both are known, else the name.
-- A declaration that was ended still counts for a case that was submitted before its end.
CREATE FUNCTION relief_kin(p_case bigint) RETURNS TABLE (person bigint, since timestamptz) LANGUAGE sql STABLE AS $$
    SELECT r.by_id, r.at FROM public.cases_caseparty p
    JOIN public.cases_case c ON c.id = p.case_id
    JOIN public.cases_relative r ON CASE WHEN r.id_key <> '' AND p.id_key <> '' THEN r.id_key = p.id_key
        ELSE r.name_key = p.name_key END
    WHERE p.case_id = p_case AND (r.ended_at IS NULL OR r.ended_at > c.submitted_at)
$$;

-- Whose matter a case is (当事人): the applicant, the helper, and whoever entered a claimed answer, a paper or the account;
-- and who keeps out of it (回避): relatives by declaration, and whoever asked to be left out.
-- None of them decides on it or has a hand in paying it (maker is never checker, person by person).
-- Without a search path of its own, as the one above, it becomes a part of the statement that asks.
CREATE FUNCTION relief_parties_since(p_case bigint) RETURNS TABLE (person bigint, since timestamptz) LANGUAGE sql STABLE AS $$
    SELECT owner_id, created_at FROM public.cases_case WHERE id = p_case
    UNION ALL SELECT agent_id, created_at FROM public.cases_case WHERE id = p_case AND agent_id IS NOT NULL
    UNION ALL SELECT by_id, at FROM public.cases_answer WHERE case_id = p_case AND source = 'claimed'
    UNION ALL SELECT by_id, at FROM public.cases_materialfile
        WHERE case_id = p_case AND material_id IS NOT NULL AND removed_at IS NULL
    UNION ALL SELECT given_by_id, given_at FROM public.cases_payeeaccount WHERE case_id = p_case
    UNION ALL SELECT person_id, at FROM public.cases_recusal WHERE case_id = p_case
    UNION ALL SELECT person, since FROM public.relief_kin(p_case)
$$;

CREATE FUNCTION relief_parties(p_case bigint) RETURNS SETOF bigint LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT person FROM public.relief_parties_since(p_case)
$$;

-- A declaration is only ever ended, once.
CREATE FUNCTION relative_check() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (to_jsonb(NEW) - 'ended_at') IS DISTINCT FROM (to_jsonb(OLD) - 'ended_at') OR OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'a declared relative does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'relative_final';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER relative_check BEFORE UPDATE ON cases_relative FOR EACH ROW EXECUTE FUNCTION relative_check();
ALTER TABLE cases_relative ENABLE ALWAYS TRIGGER relative_check;
