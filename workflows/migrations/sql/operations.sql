-- What is suspended (停办) is not decided, whichever way the decision comes; the one question of pages, timers and payments.
CREATE FUNCTION relief_suspended(p_case bigint, p_step text DEFAULT NULL) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM public.workflows_suspension s WHERE s.ended_at IS NULL AND s.case_id = p_case)
        OR EXISTS (SELECT 1 FROM public.workflows_suspension s JOIN public.workflows_run r ON r.flow = s.flow
                   WHERE s.ended_at IS NULL AND s.case_id IS NULL AND r.case_id = p_case
                     AND (s.step IN ('', p_step) OR p_step IS NULL AND EXISTS (
                          SELECT 1 FROM public.workflows_workitem w
                          WHERE w.case_id = p_case AND w.step = s.step AND w.state IN ('open', 'claimed'))));
END $$;

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

-- A plan is what was signed: it changes in its state alone, its cases and what the trial said of them only while it is tried.
CREATE FUNCTION relief_plan() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_may text[] := ARRAY['state', 'digest', 'signed_by_id', 'signed_at', 'dropped_by_id', 'undone_by_id', 'ended_at'];
BEGIN
    IF (to_jsonb(NEW) - v_may) IS DISTINCT FROM (to_jsonb(OLD) - v_may)
        OR (OLD.state <> 'checking' AND NEW.digest IS DISTINCT FROM OLD.digest)
        OR (OLD.signed_by_id IS NOT NULL AND (NEW.signed_by_id, NEW.signed_at) IS DISTINCT FROM (OLD.signed_by_id, OLD.signed_at))
        OR (NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
            'checking>ready', 'checking>dropped', 'ready>running', 'ready>dropped', 'running>done', 'done>undoing',
            'undoing>undone'])) THEN
        RAISE EXCEPTION 'a plan does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_as_signed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plan_guard BEFORE UPDATE ON workflows_plan FOR EACH ROW EXECUTE FUNCTION relief_plan();
ALTER TABLE workflows_plan ENABLE ALWAYS TRIGGER plan_guard;

CREATE FUNCTION relief_plan_item() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_state text;
BEGIN
    SELECT p.state INTO v_state FROM public.workflows_plan p WHERE p.id = NEW.plan_id;
    IF v_state <> 'checking' AND (TG_OP = 'INSERT' OR (NEW.plan_id, NEW.case_id, NEW.before, NEW.after)
                                                     IS DISTINCT FROM (OLD.plan_id, OLD.case_id, OLD.before, OLD.after)) THEN
        RAISE EXCEPTION 'a plan does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'plan_as_signed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plan_item_guard BEFORE INSERT OR UPDATE ON workflows_planitem FOR EACH ROW EXECUTE FUNCTION relief_plan_item();
ALTER TABLE workflows_planitem ENABLE ALWAYS TRIGGER plan_item_guard;
REVOKE ALL ON FUNCTION relief_plan, relief_plan_item FROM PUBLIC;

SELECT history_watch('workflows_plan', 'plan', 'id');
SELECT history_watch('workflows_planitem', 'case', 'case_id');
