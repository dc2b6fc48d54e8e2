-- An errand is asked at a step that somebody has or may take, of an office that the case lies in; what was asked never changes,
-- and it ends once, for good.
CREATE FUNCTION relief_errand() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_may text[] := ARRAY['state', 'answer', 'ended_by_id', 'ended_office_id', 'ended_at', 'escalated_at'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' OR NOT EXISTS (SELECT FROM public.workflows_workitem w
                WHERE w.id = NEW.item_id AND w.case_id = NEW.case_id AND w.kind = 'human' AND w.state IN ('open', 'claimed')) THEN
            RAISE EXCEPTION 'errand: is asked at a step that is not done' USING ERRCODE = 'check_violation', CONSTRAINT = 'errand_at_open_step';
        END IF;
        IF NOT EXISTS (SELECT FROM public.cases_case c JOIN public.cases_office o ON o.id = NEW.office_id
                WHERE c.id = NEW.case_id AND c.handling_code LIKE o.division_code || '%') THEN
            RAISE EXCEPTION 'errand: no office is asked that the case does not lie in' USING ERRCODE = 'check_violation', CONSTRAINT = 'errand_in_area';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'open' OR (OLD.escalated_at IS NOT NULL AND NEW.escalated_at IS DISTINCT FROM OLD.escalated_at)
        OR to_jsonb(NEW) - v_may IS DISTINCT FROM to_jsonb(OLD) - v_may THEN
        RAISE EXCEPTION 'errand: what was asked and answered does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'errand_final';
    END IF;
    IF NEW.state = 'answered' AND NEW.ended_by_id IN (SELECT public.relief_parties(NEW.case_id)) THEN
        RAISE EXCEPTION 'errand: who keeps out of the case answers nothing' USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_not_party';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER errand_guard BEFORE INSERT OR UPDATE ON workflows_errand FOR EACH ROW EXECUTE FUNCTION relief_errand();
ALTER TABLE workflows_errand ENABLE ALWAYS TRIGGER errand_guard;

-- The case leaves a step, by whichever way: what was asked there and is still open is dropped with it, each with its event.
CREATE FUNCTION relief_errands_dropped() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e record;
BEGIN
    FOR e IN UPDATE public.workflows_errand SET state = 'dropped', ended_at = public.relief_now()
        WHERE item_id = NEW.id AND state = 'open' RETURNING id, case_id, must_answer
    LOOP
        PERFORM public.history_append('case', e.case_id::text, 'errand.dropped', 'ok', 'workflows_errand', e.id::text,
            json_build_object('step', NEW.step, 'must_answer', e.must_answer)::text, NULL, NULL,
            nullif(current_setting('relief.actor', true), '')::bigint,
            coalesce(nullif(current_setting('relief.actor_kind', true), ''), 'database'),
            nullif(current_setting('relief.role', true), ''), nullif(current_setting('relief.office', true), ''),
            NULL, nullif(current_setting('relief.request', true), ''));
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER errands_dropped AFTER UPDATE OF state ON workflows_workitem FOR EACH ROW
    WHEN (NEW.state IN ('done', 'cancelled') AND OLD.state IN ('open', 'claimed')) EXECUTE FUNCTION relief_errands_dropped();
ALTER TABLE workflows_workitem ENABLE ALWAYS TRIGGER errands_dropped;

-- No step is decided over an errand that had to be answered first. By then the step is done, so that it may be dropped already.
CREATE FUNCTION relief_errand_first() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.workflows_errand e WHERE e.item_id = NEW.item_id AND e.must_answer AND e.state IN ('open', 'dropped')) THEN
        RAISE EXCEPTION 'errand: has to be answered before the step is decided' USING ERRCODE = 'check_violation', CONSTRAINT = 'errand_first';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER errand_first BEFORE INSERT ON workflows_decision FOR EACH ROW EXECUTE FUNCTION relief_errand_first();
ALTER TABLE workflows_decision ENABLE ALWAYS TRIGGER errand_first;
REVOKE ALL ON FUNCTION relief_errand, relief_errands_dropped, relief_errand_first FROM PUBLIC;

SELECT history_append_only('workflows_errandfile');
