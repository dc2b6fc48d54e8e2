-- What is suspended (停办) is not decided, whichever way the decision comes; the one question of pages, timers and payments.
CREATE FUNCTION relief_suspended(p_case bigint, p_step text DEFAULT NULL) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.workflows_suspension s WHERE s.ended_at IS NULL AND s.case_id = p_case)
        OR EXISTS (SELECT 1 FROM public.workflows_suspension s JOIN public.workflows_run r ON r.flow = s.flow
                   WHERE s.ended_at IS NULL AND s.case_id IS NULL AND r.case_id = p_case
                     AND (s.step IN ('', p_step) OR p_step IS NULL AND EXISTS (
                          SELECT 1 FROM public.workflows_workitem w
                          WHERE w.case_id = p_case AND w.step = s.step AND w.state IN ('open', 'claimed'))))
$$;

CREATE FUNCTION relief_decision_suspended() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF public.relief_suspended(NEW.case_id, NEW.step) THEN
        RAISE EXCEPTION 'decision: the case or its step is suspended' USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_not_suspended';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_suspended BEFORE INSERT ON workflows_decision FOR EACH ROW EXECUTE FUNCTION relief_decision_suspended();
ALTER TABLE workflows_decision ENABLE ALWAYS TRIGGER decision_suspended;

-- A suspension is ended once and otherwise stays as it was ordered.
CREATE FUNCTION relief_suspension() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_may text[] := ARRAY['ended_at', 'ended_by_id', 'settled_at'];
BEGIN
    IF (to_jsonb(NEW) - v_may) IS DISTINCT FROM (to_jsonb(OLD) - v_may) OR OLD.settled_at IS NOT NULL
        OR (OLD.ended_at IS NOT NULL AND (NEW.ended_at, NEW.ended_by_id) IS DISTINCT FROM (OLD.ended_at, OLD.ended_by_id)) THEN
        RAISE EXCEPTION 'a suspension does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'suspension_final';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER suspension_guard BEFORE UPDATE ON workflows_suspension FOR EACH ROW EXECUTE FUNCTION relief_suspension();
ALTER TABLE workflows_suspension ENABLE ALWAYS TRIGGER suspension_guard;
REVOKE ALL ON FUNCTION relief_decision_suspended, relief_suspension FROM PUBLIC;

SELECT history_watch('workflows_suspension', 'suspension', 'id');
