-- A policy starts as a draft, is published by a second person, and never changes after that; cases are pinned to it.

CREATE OR REPLACE FUNCTION public.policy_version_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'draft' THEN
            RAISE EXCEPTION 'a policy version starts as a draft' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a policy version is not deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.id <> OLD.id OR NEW.programme <> OLD.programme OR NEW.number <> OLD.number
       OR NEW.division <> OLD.division OR NEW.base_id IS DISTINCT FROM OLD.base_id
       OR NEW.made_by_id <> OLD.made_by_id OR NEW.made_at <> OLD.made_at THEN
        RAISE EXCEPTION 'what a policy version is, and who drafted it, does not change' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.status <> 'draft' AND NOT (
        OLD.status = 'published' AND NEW.status = 'retired'
        AND NEW.effective_from = OLD.effective_from AND NEW.title = OLD.title AND NEW.note = OLD.note
        AND NEW.published_by_id = OLD.published_by_id AND NEW.published_at = OLD.published_at
    ) THEN
        RAISE EXCEPTION 'a published policy version can only be retired' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.status = 'draft' AND NEW.status = 'retired' THEN
        RAISE EXCEPTION 'only a published policy version can be retired' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION public.policy_row_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_status text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        -- FOR SHARE waits for a publication that is under way, so that no row slips in behind it
        SELECT status INTO v_status FROM public.cases_policyversion WHERE id = OLD.version_id FOR SHARE;
        IF v_status IS DISTINCT FROM 'draft' THEN
            RAISE EXCEPTION 'a published policy version does not change' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        SELECT status INTO v_status FROM public.cases_policyversion WHERE id = NEW.version_id FOR SHARE;
        IF v_status IS DISTINCT FROM 'draft' THEN
            RAISE EXCEPTION 'a published policy version does not change' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    RETURN OLD;
END $$;

-- The words of a measure (办法) stand still from the moment that a published version cites one of its clauses.
CREATE OR REPLACE FUNCTION public.policy_measure_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_measure bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        v_measure := (to_jsonb(NEW)->>'measure_id')::bigint;
    ELSE
        v_measure := coalesce(to_jsonb(OLD)->>'measure_id', to_jsonb(OLD)->>'id')::bigint;
    END IF;
    IF EXISTS (SELECT FROM public.cases_clause c JOIN public.cases_policyrow r ON r.clause_id = c.id
               JOIN public.cases_policyversion v ON v.id = r.version_id
               WHERE c.measure_id = v_measure AND v.status <> 'draft') THEN
        RAISE EXCEPTION 'a measure that a published policy version cites does not change' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

-- No rule without its clause (条款), and none without its test (测试向量), is published.
CREATE OR REPLACE FUNCTION public.policy_publish_guard() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.cases_policyrow WHERE version_id = NEW.id AND clause_id IS NULL) THEN
        RAISE EXCEPTION 'every row of a published policy version cites a clause' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM public.cases_policyvector WHERE version_id = NEW.id) THEN
        RAISE EXCEPTION 'a published policy version has a test vector' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

-- The policy that counts for a case is pinned once, at acceptance (受理); going back and forth never changes it.
CREATE OR REPLACE FUNCTION public.policy_pinned() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.policy_id IS NOT NULL AND (NEW.policy_id, NEW.accepted_on) IS DISTINCT FROM (OLD.policy_id, OLD.accepted_on) THEN
        RAISE EXCEPTION 'the policy of an accepted case does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'case_policy_pinned';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER policy_pinned BEFORE UPDATE OF policy_id, accepted_on ON public.cases_case
    FOR EACH ROW EXECUTE FUNCTION public.policy_pinned();
ALTER TABLE public.cases_case ENABLE ALWAYS TRIGGER policy_pinned;

CREATE OR REPLACE FUNCTION public.policy_no_truncate() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'policy tables are not emptied' USING ERRCODE = 'check_violation';
END $$;

CREATE OR REPLACE TRIGGER policy_version_guard BEFORE INSERT OR UPDATE OR DELETE ON public.cases_policyversion
    FOR EACH ROW EXECUTE FUNCTION public.policy_version_guard();
CREATE OR REPLACE TRIGGER policy_row_guard BEFORE INSERT OR UPDATE OR DELETE ON public.cases_policyrow
    FOR EACH ROW EXECUTE FUNCTION public.policy_row_guard();
CREATE OR REPLACE TRIGGER policy_no_truncate BEFORE TRUNCATE ON public.cases_policyversion
    FOR EACH STATEMENT EXECUTE FUNCTION public.policy_no_truncate();
CREATE OR REPLACE TRIGGER policy_no_truncate BEFORE TRUNCATE ON public.cases_policyrow
    FOR EACH STATEMENT EXECUTE FUNCTION public.policy_no_truncate();
ALTER TABLE public.cases_policyversion ENABLE ALWAYS TRIGGER policy_version_guard;
ALTER TABLE public.cases_policyversion ENABLE ALWAYS TRIGGER policy_no_truncate;
ALTER TABLE public.cases_policyrow ENABLE ALWAYS TRIGGER policy_row_guard;
ALTER TABLE public.cases_policyrow ENABLE ALWAYS TRIGGER policy_no_truncate;

CREATE OR REPLACE TRIGGER policy_publish_guard BEFORE UPDATE OF status ON public.cases_policyversion
    FOR EACH ROW WHEN (OLD.status = 'draft' AND NEW.status = 'published') EXECUTE FUNCTION public.policy_publish_guard();
ALTER TABLE public.cases_policyversion ENABLE ALWAYS TRIGGER policy_publish_guard;
CREATE OR REPLACE TRIGGER policy_row_guard BEFORE INSERT OR UPDATE OR DELETE ON public.cases_policyvector
    FOR EACH ROW EXECUTE FUNCTION public.policy_row_guard();
CREATE OR REPLACE TRIGGER policy_no_truncate BEFORE TRUNCATE ON public.cases_policyvector
    FOR EACH STATEMENT EXECUTE FUNCTION public.policy_no_truncate();
ALTER TABLE public.cases_policyvector ENABLE ALWAYS TRIGGER policy_row_guard;
ALTER TABLE public.cases_policyvector ENABLE ALWAYS TRIGGER policy_no_truncate;
CREATE OR REPLACE TRIGGER policy_measure_guard BEFORE UPDATE OR DELETE ON public.cases_measure
    FOR EACH ROW EXECUTE FUNCTION public.policy_measure_guard();
CREATE OR REPLACE TRIGGER policy_measure_guard BEFORE INSERT OR UPDATE OR DELETE ON public.cases_clause
    FOR EACH ROW EXECUTE FUNCTION public.policy_measure_guard();
CREATE OR REPLACE TRIGGER policy_no_truncate BEFORE TRUNCATE ON public.cases_measure
    FOR EACH STATEMENT EXECUTE FUNCTION public.policy_no_truncate();
CREATE OR REPLACE TRIGGER policy_no_truncate BEFORE TRUNCATE ON public.cases_clause
    FOR EACH STATEMENT EXECUTE FUNCTION public.policy_no_truncate();
ALTER TABLE public.cases_measure ENABLE ALWAYS TRIGGER policy_measure_guard;
ALTER TABLE public.cases_measure ENABLE ALWAYS TRIGGER policy_no_truncate;
ALTER TABLE public.cases_clause ENABLE ALWAYS TRIGGER policy_measure_guard;
ALTER TABLE public.cases_clause ENABLE ALWAYS TRIGGER policy_no_truncate;

-- One row of the version that counts for a case; what a county or city set stands over the province's.
CREATE FUNCTION public.policy_says(p_version bigint, p_section text, p_key text) RETURNS jsonb LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE chain(id, base_id, depth) AS (
        SELECT id, base_id, 0 FROM public.cases_policyversion WHERE id = p_version
        UNION ALL SELECT v.id, v.base_id, c.depth + 1 FROM public.cases_policyversion v JOIN chain c ON v.id = c.base_id)
    SELECT r.value::jsonb FROM public.cases_policyrow r JOIN chain c ON c.id = r.version_id
        WHERE r.section = p_section AND r.key = p_key ORDER BY c.depth LIMIT 1
$$;
