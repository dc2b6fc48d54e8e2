-- Nobody acts on two neighbouring levels of a case or on two steps that exclude each other; no party decides on it.
-- Held for every path: the row of the case is locked first, so that two hands at the same moment come one after the other.
CREATE FUNCTION relief_duty(p_case bigint, p_actor bigint, p_level int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.cases_case WHERE id = p_case FOR NO KEY UPDATE;
    IF p_actor IN (SELECT public.relief_parties(p_case)) THEN
        RAISE EXCEPTION 'duties: who applied, helped or entered a part of the file does not decide on it' USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_not_party';
    END IF;
    IF p_level IS NOT NULL THEN
        INSERT INTO public.workflows_duty (case_id, actor_id, level, low, high)
        VALUES (p_case, p_actor, p_level, p_level / 2, (p_level + 1) / 2)
        ON CONFLICT (case_id, actor_id, level) DO NOTHING;
    END IF;
END $$;

-- The level of a decision is what the road declares of its step, never what the writer says.
CREATE FUNCTION relief_decision_duty() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_step public.workflows_stepduty;
BEGIN
    SELECT s.* INTO v_step FROM public.workflows_stepduty s JOIN public.workflows_run r ON r.flow = s.flow
        WHERE r.case_id = NEW.case_id AND s.step = NEW.step;
    IF NOT FOUND OR NOT EXISTS (SELECT 1 FROM public.workflows_workitem w
                                WHERE w.id = NEW.item_id AND w.case_id = NEW.case_id AND w.step = NEW.step) THEN
        RAISE EXCEPTION 'duties: the road of this case declares no step %', NEW.step USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_step_declared';
    END IF;
    NEW.level := v_step.level;
    PERFORM public.relief_duty(NEW.case_id, NEW.actor_id, NEW.level);
    IF EXISTS (SELECT 1 FROM public.workflows_decision d
               WHERE d.case_id = NEW.case_id AND d.actor_id = NEW.actor_id AND v_step.others ? d.step) THEN
        RAISE EXCEPTION 'duties: who decided a step that excludes this one does not decide it' USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_not_by';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER decision_duty BEFORE INSERT ON workflows_decision FOR EACH ROW EXECUTE FUNCTION relief_decision_duty();
ALTER TABLE workflows_decision ENABLE ALWAYS TRIGGER decision_duty;

-- A decision was taken on a day between the submission of its case and the moment of its entry.
CREATE FUNCTION relief_decision_day() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.happened_on > (NEW.at AT TIME ZONE 'Asia/Shanghai')::date OR NEW.happened_on < (
        SELECT (c.submitted_at AT TIME ZONE 'Asia/Shanghai')::date FROM public.cases_case c WHERE c.id = NEW.case_id
    ) THEN
        RAISE EXCEPTION 'decision: a day before the case or to come' USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_day';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER decision_day BEFORE INSERT ON workflows_decision FOR EACH ROW EXECUTE FUNCTION relief_decision_day();
ALTER TABLE workflows_decision ENABLE ALWAYS TRIGGER decision_day;
REVOKE ALL ON FUNCTION relief_duty, relief_decision_duty, relief_decision_day FROM PUBLIC;

-- A coded reason is a list of words that say something; "against" needs at least one (decision_against_has_reason).
ALTER TABLE workflows_decision ADD CONSTRAINT decision_reasons_coded
    CHECK (jsonb_typeof(reasons) = 'array' AND NOT reasons @? '$[*] ? (@.type() != "string" || @ like_regex "^\\s*$")');
ALTER TABLE workflows_ending ADD CONSTRAINT ending_reasons_coded
    CHECK (jsonb_typeof(reasons) = 'array' AND NOT reasons @? '$[*] ? (@.type() != "string" || @ like_regex "^\\s*$")');

-- Who had a step and who got it never changes; only that he was told is added.
CREATE FUNCTION relief_handover() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (to_jsonb(NEW) - 'seen_at') IS DISTINCT FROM (to_jsonb(OLD) - 'seen_at') OR OLD.seen_at IS NOT NULL THEN
        RAISE EXCEPTION 'a handover does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'handover_final';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER handover_guard BEFORE UPDATE ON workflows_handover FOR EACH ROW EXECUTE FUNCTION relief_handover();
ALTER TABLE workflows_handover ENABLE ALWAYS TRIGGER handover_guard;

SELECT history_append_only('workflows_decision');
SELECT history_append_only('workflows_ending');
SELECT history_append_only('workflows_duty');
SELECT history_watch('workflows_workitem', 'case', 'case_id');
