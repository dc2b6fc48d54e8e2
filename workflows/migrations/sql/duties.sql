-- Nobody acts on two neighbouring levels of a case; neither applicant nor helper decides on it. Held for every path.
CREATE FUNCTION relief_duty(p_case bigint, p_actor bigint, p_level int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.cases_case c WHERE c.id = p_case AND p_actor IN (c.owner_id, c.agent_id)) THEN
        RAISE EXCEPTION 'duties: the applicant or helper of a case does not decide on it' USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_not_party';
    END IF;
    IF p_level IS NOT NULL THEN
        INSERT INTO public.workflows_duty (case_id, actor_id, level, low, high)
        VALUES (p_case, p_actor, p_level, p_level / 2, (p_level + 1) / 2)
        ON CONFLICT (case_id, actor_id, level) DO NOTHING;
    END IF;
END $$;

CREATE FUNCTION relief_decision_duty() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM public.relief_duty(NEW.case_id, NEW.actor_id, NEW.level);
    RETURN NEW;
END $$;

CREATE TRIGGER decision_duty BEFORE INSERT ON workflows_decision FOR EACH ROW EXECUTE FUNCTION relief_decision_duty();
ALTER TABLE workflows_decision ENABLE ALWAYS TRIGGER decision_duty;
REVOKE ALL ON FUNCTION relief_duty, relief_decision_duty FROM PUBLIC;

SELECT history_append_only('workflows_decision');
SELECT history_append_only('workflows_duty');
SELECT history_watch('workflows_workitem', 'case', 'case_id');
