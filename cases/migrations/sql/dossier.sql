-- What was sent stays as it was sent (申请提交后不能改): answers and papers change in a draft and, of the present round, while
-- the applicant supplies what was asked for. A redacted copy, which the office made, may be taken back. Later rounds are new rows. What an account is never changes.
CREATE FUNCTION dossier_is_open(p_case bigint, p_round int) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT state = 'DRAFT' OR (state = 'SUPPLEMENT' AND p_round = round) FROM public.cases_case WHERE id = p_case
$$;

CREATE FUNCTION dossier_answer() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_row public.cases_answer := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    IF TG_OP = 'INSERT' AND (NEW.source = 'verified' OR NEW.key = 'withdraw_reason') THEN
        RETURN NEW;
    END IF;
    IF TG_OP <> 'INSERT' AND (OLD.source = 'verified' OR (v_row.case_id, v_row.round, v_row.key, v_row.source)
                                                         IS DISTINCT FROM (OLD.case_id, OLD.round, OLD.key, OLD.source))
        OR NOT public.dossier_is_open(v_row.case_id, v_row.round) THEN
        RAISE EXCEPTION 'answers of a submitted case do not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'answer_as_sent';
    END IF;
    RETURN v_row;
END $$;
CREATE TRIGGER answer_as_sent BEFORE INSERT OR UPDATE OR DELETE ON public.cases_answer
    FOR EACH ROW EXECUTE FUNCTION dossier_answer();
ALTER TABLE public.cases_answer ENABLE ALWAYS TRIGGER answer_as_sent;

CREATE FUNCTION dossier_file() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (to_jsonb(NEW) - 'removed_at') IS DISTINCT FROM (to_jsonb(OLD) - 'removed_at') OR OLD.removed_at IS NOT NULL
        OR NOT (OLD.kind = 'redacted' OR public.dossier_is_open(OLD.case_id, OLD.round)) THEN
        RAISE EXCEPTION 'papers of a submitted case do not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'paper_as_sent';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER paper_as_sent BEFORE UPDATE ON public.cases_materialfile FOR EACH ROW EXECUTE FUNCTION dossier_file();
ALTER TABLE public.cases_materialfile ENABLE ALWAYS TRIGGER paper_as_sent;

CREATE FUNCTION dossier_account() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_may text[] := ARRAY['replaced_at', 'confirmed_by_id', 'confirmed_at'];
BEGIN
    IF (to_jsonb(NEW) - v_may) IS DISTINCT FROM (to_jsonb(OLD) - v_may) OR OLD.replaced_at IS NOT NULL
        OR (OLD.confirmed_at IS NOT NULL
            AND (NEW.confirmed_by_id, NEW.confirmed_at) IS DISTINCT FROM (OLD.confirmed_by_id, OLD.confirmed_at)) THEN
        RAISE EXCEPTION 'an account on file does not change; another one is another row' USING ERRCODE = 'check_violation', CONSTRAINT = 'account_as_given';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_as_given BEFORE UPDATE ON public.cases_payeeaccount FOR EACH ROW EXECUTE FUNCTION dossier_account();
ALTER TABLE public.cases_payeeaccount ENABLE ALWAYS TRIGGER account_as_given;
