-- Nobody acts on two neighbouring levels of a case or on two steps that exclude each other; no party decides on it.
-- Held for every path: the row of the case is locked first, so that two hands at the same moment come one after the other.
CREATE FUNCTION relief_duty(p_case bigint, p_actor bigint, p_level int) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.cases_case WHERE id = p_case FOR NO KEY UPDATE;
    IF p_actor IN (SELECT public.relief_parties(p_case)) THEN
        RAISE EXCEPTION 'duties: who applied, helped or entered a part of the file, or keeps out of the case, does not decide on it' USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_not_party';
    END IF;
    IF p_level IS NOT NULL THEN
        INSERT INTO public.workflows_duty (case_id, actor_id, level, low, high)
        VALUES (p_case, p_actor, p_level, p_level / 2, (p_level + 1) / 2)
        ON CONFLICT (case_id, actor_id, level) DO NOTHING;
    END IF;
END $$;

-- 任职: whether somebody holds that role in a place today.
CREATE FUNCTION relief_holds(p_person bigint, p_role text, p_code text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM public.cases_post p
        JOIN public.cases_user u ON u.id = p.user_id
        JOIN public.cases_office o ON o.id = p.office_id
        WHERE p.user_id = p_person AND p.role_id = p_role AND p_code LIKE o.division_code || '%'
            AND u.is_active AND o.is_active
            AND (public.relief_now() AT TIME ZONE 'Asia/Shanghai')::date BETWEEN p.starts_on AND coalesce(p.ends_on, 'infinity'))
$$;

-- 交办: who answered what was asked at which step of a case.
CREATE FUNCTION relief_answered(p_case bigint) RETURNS jsonb LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_array(i.step, e.ended_by_id) ORDER BY e.id), '[]')
    FROM public.workflows_errand e JOIN public.workflows_workitem i ON i.id = e.item_id
    WHERE e.case_id = p_case AND e.state = 'answered'
$$;

-- Which duty keeps somebody from a step of a case, or nothing; who acted for another counts as both. Asked of each row of a
-- queue, hence in a language whose plans a session keeps.
CREATE FUNCTION relief_bar(p_case bigint, p_person bigint, p_step public.workflows_stepduty, p_item bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN CASE
        WHEN EXISTS (SELECT 1 FROM public.relief_parties_since(p_case) WHERE person = p_person) THEN 'duty_not_party'
        WHEN EXISTS (SELECT 1 FROM public.workflows_duty d WHERE d.case_id = p_case AND d.actor_id = p_person
                     AND d.level IN (p_step.level - 1, p_step.level + 1)) THEN 'duty_not_next'
        WHEN EXISTS (SELECT 1 FROM public.workflows_decision d WHERE d.case_id = p_case
                     AND p_person IN (d.actor_id, d.on_behalf_of_id) AND p_step.others ? d.step)
            OR EXISTS (SELECT 1 FROM public.workflows_vote v JOIN public.workflows_meetingitem m ON m.id = v.item_id
                     JOIN public.workflows_workitem w ON w.id = m.work_item_id
                     WHERE m.case_id = p_case AND v.member_id = p_person AND v.choice <> 'recused'
                     AND p_step.others ? w.step) THEN 'duty_not_by'
        WHEN EXISTS (SELECT 1 FROM public.workflows_workitem here
                     JOIN public.workflows_workitem i ON i.task_id = here.task_id AND i.id <> here.id
                     WHERE here.id = p_item AND i.state IN ('claimed', 'done')
                       AND (i.holder_id = p_person OR p_person = (
                           SELECT p.user_id FROM public.cases_standin s JOIN public.cases_post p ON p.id = s.post_id
                           WHERE s.id = i.stand_in_id))) THEN 'duty_distinct'
        WHEN EXISTS (SELECT 1 FROM public.workflows_errand e JOIN public.workflows_workitem i ON i.id = e.item_id
                     WHERE e.case_id = p_case AND e.state = 'answered' AND e.ended_by_id = p_person
                       AND i.step = p_step.step) THEN 'duty_answered'
    END;
END $$;

-- 指定经办人: who of those that are named for a step at its office holds its post and is kept from it by no duty. With one of
-- them there, the step is for them; with none of them, for everybody in the post.
CREATE FUNCTION relief_named(p_case bigint, p_step public.workflows_stepduty, p_role text, p_code text, p_item bigint)
RETURNS SETOF bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT n.person_id FROM public.workflows_named n
        JOIN public.cases_office o ON o.id = n.office_id JOIN public.cases_case c ON c.id = p_case
        WHERE n.step = p_step.step AND n.programme = c.programme AND n.ended_at IS NULL AND o.division_code = p_code
            AND public.relief_holds(n.person_id, p_role, p_code)
            AND public.relief_bar(p_case, n.person_id, p_step, p_item) IS NULL;
END $$;

-- The same for a stored step, of which the caller knows the number alone.
CREATE FUNCTION relief_named_for(p_item bigint) RETURNS SETOF bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT public.relief_named(w.case_id, s, w.role, w.division_code, w.id)
        FROM public.workflows_workitem w JOIN public.workflows_run r ON r.case_id = w.case_id
        JOIN public.workflows_stepduty s ON s.flow = r.flow AND s.step = w.step WHERE w.id = p_item;
END $$;

-- Which duty stands against a person, or against the one for whom he acts, at a step; nothing when he may do it.
CREATE FUNCTION relief_kept_from(p_item public.workflows_workitem, p_step public.workflows_stepduty, p_person bigint, p_for bigint)
RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    v_bar text := public.relief_bar(p_item.case_id, p_person, p_step, p_item.id);
    v_named bigint[];
BEGIN
    IF v_bar IS NULL AND p_for IS NOT NULL THEN
        v_bar := public.relief_bar(p_item.case_id, p_for, p_step, p_item.id);
    END IF;
    IF v_bar IS NULL AND p_item.only_for_id IS NOT NULL AND p_item.only_for_id NOT IN (p_person, coalesce(p_for, p_person))
        AND public.relief_holds(p_item.only_for_id, p_item.role, p_item.division_code)
        AND public.relief_bar(p_item.case_id, p_item.only_for_id, p_step, p_item.id) IS NULL THEN
        v_bar := 'duty_same_as';
    END IF;
    IF v_bar IS NULL AND p_item.only_for_id IS NULL AND (p_item.state = 'open' OR p_item.holder_id IS DISTINCT FROM p_person)
        AND EXISTS (SELECT 1 FROM public.workflows_named n WHERE n.step = p_item.step AND n.ended_at IS NULL) THEN
        v_named := ARRAY(SELECT public.relief_named(p_item.case_id, p_step, p_item.role, p_item.division_code, p_item.id));
        IF cardinality(v_named) > 0 AND NOT v_named && ARRAY[p_person, p_for] THEN
            v_bar := 'duty_named';
        END IF;
    END IF;
    RETURN v_bar;
END $$;

-- 待领取: whether the duties leave a step to a person, in a stand-in with its holder's, and it does not stand still; what
-- lists, counts and the next task ask of one row after the other.
CREATE FUNCTION relief_may_take(p_item bigint, p_person bigint, p_for bigint) RETURNS boolean LANGUAGE plpgsql STABLE
COST 2000 AS $$
DECLARE
    v_item public.workflows_workitem;
    v_step public.workflows_stepduty;
BEGIN
    SELECT * INTO v_item FROM public.workflows_workitem WHERE id = p_item;
    SELECT s.* INTO v_step FROM public.workflows_stepduty s JOIN public.workflows_run r ON r.flow = s.flow
        WHERE r.case_id = v_item.case_id AND s.step = v_item.step;
    RETURN public.relief_kept_from(v_item, v_step, p_person, p_for) IS NULL
        AND NOT public.relief_suspended(v_item.case_id, v_item.step);
END $$;

-- Raises that duty.
CREATE FUNCTION relief_must_be_free(p_item public.workflows_workitem, p_step public.workflows_stepduty, p_person bigint, p_for bigint)
RETURNS void LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE v_bar text := public.relief_kept_from(p_item, p_step, p_person, p_for);
BEGIN
    IF v_bar IS NOT NULL THEN
        RAISE EXCEPTION 'duties: %', CASE v_bar
            WHEN 'duty_not_party' THEN 'who applied, helped or entered a part of the file, or keeps out of the case, does not decide on it'
            WHEN 'duty_not_by' THEN 'who decided a step that excludes this one does not decide it'
            WHEN 'duty_distinct' THEN 'who has a seat at this step gets no second one'
            WHEN 'duty_answered' THEN 'who answered what was asked of him at a step does not decide it'
            WHEN 'duty_named' THEN 'this step is for those whom its office named'
            WHEN 'duty_same_as' THEN 'who did the step before goes on with this one'
            ELSE 'nobody acts on two neighbouring levels (duty_not_next)' END
            USING ERRCODE = 'check_violation', CONSTRAINT = v_bar;
    END IF;
END $$;

-- The level of a decision is what the road declares of its step, for whom it was made what the stand-in says; never what
-- the writer says. A decision in a stand-in counts for both.
CREATE FUNCTION relief_decision_duty() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_step public.workflows_stepduty;
    v_item public.workflows_workitem;
BEGIN
    PERFORM 1 FROM public.cases_case WHERE id = NEW.case_id FOR NO KEY UPDATE;
    SELECT s.* INTO v_step FROM public.workflows_stepduty s JOIN public.workflows_run r ON r.flow = s.flow
        WHERE r.case_id = NEW.case_id AND s.step = NEW.step;
    SELECT * INTO v_item FROM public.workflows_workitem w
        WHERE w.id = NEW.item_id AND w.case_id = NEW.case_id AND w.step = NEW.step;
    IF v_step.id IS NULL OR v_item.id IS NULL THEN
        RAISE EXCEPTION 'duties: the road of this case declares no step %', NEW.step USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_step_declared';
    END IF;
    NEW.level := v_step.level;
    NEW.on_behalf_of_id := NULL;
    IF NEW.stand_in_id IS NOT NULL THEN
        NEW.on_behalf_of_id := public.relief_stands_in(NEW.stand_in_id, NEW.actor_id, NEW.case_id, v_item.role, v_item.division_code);
        IF NEW.on_behalf_of_id IS NULL OR NEW.amount > (SELECT amount_cap FROM public.cases_standin WHERE id = NEW.stand_in_id) THEN
            RAISE EXCEPTION 'duties: this stand-in does not reach this decision' USING ERRCODE = 'check_violation', CONSTRAINT = 'stand_in_reach';
        END IF;
        PERFORM public.relief_duty(NEW.case_id, NEW.on_behalf_of_id, NEW.level);
    END IF;
    PERFORM public.relief_duty(NEW.case_id, NEW.actor_id, NEW.level);
    PERFORM public.relief_must_be_free(v_item, v_step, NEW.actor_id, NEW.on_behalf_of_id);
    RETURN NEW;
END $$;

CREATE TRIGGER decision_duty BEFORE INSERT ON workflows_decision FOR EACH ROW EXECUTE FUNCTION relief_decision_duty();
ALTER TABLE workflows_decision ENABLE ALWAYS TRIGGER decision_duty;

-- A step comes into the hands of nobody whom its duties keep from it, by whichever way.
CREATE FUNCTION relief_claim_duty() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_step public.workflows_stepduty;
    v_item public.workflows_workitem := NEW;
    v_for bigint;
BEGIN
    v_item.state := 'open';  -- who had it before he got it is no matter here
    SELECT s.* INTO v_step FROM public.workflows_stepduty s JOIN public.workflows_run r ON r.flow = s.flow
        WHERE r.case_id = NEW.case_id AND s.step = NEW.step;
    IF NEW.stand_in_id IS NOT NULL THEN
        v_for := public.relief_stands_in(NEW.stand_in_id, NEW.holder_id, NEW.case_id, NEW.role, NEW.division_code);
        IF v_for IS NULL THEN
            RAISE EXCEPTION 'duties: this stand-in does not reach this step' USING ERRCODE = 'check_violation', CONSTRAINT = 'stand_in_reach';
        END IF;
    END IF;
    PERFORM public.relief_must_be_free(v_item, v_step, NEW.holder_id, v_for);
    RETURN NEW;
END $$;

CREATE TRIGGER claim_duty BEFORE UPDATE OF holder_id, state, stand_in_id ON workflows_workitem FOR EACH ROW
    WHEN (NEW.state = 'claimed' AND NEW.holder_id IS NOT NULL
        AND (OLD.state, OLD.holder_id, OLD.stand_in_id) IS DISTINCT FROM (NEW.state, NEW.holder_id, NEW.stand_in_id))
    EXECUTE FUNCTION relief_claim_duty();
ALTER TABLE workflows_workitem ENABLE ALWAYS TRIGGER claim_duty;

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
REVOKE ALL ON FUNCTION relief_duty, relief_decision_duty, relief_claim_duty, relief_decision_day FROM PUBLIC;

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
SELECT history_append_only('workflows_recheck');
SELECT history_append_only('workflows_duty');
SELECT history_watch('workflows_workitem', 'case', 'case_id');

-- A naming is only ever ended, once.
CREATE FUNCTION relief_named_final() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (to_jsonb(NEW) - 'ended_at' - 'ended_by_id') IS DISTINCT FROM (to_jsonb(OLD) - 'ended_at' - 'ended_by_id') OR OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'a naming does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'named_final';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER named_final BEFORE UPDATE ON workflows_named FOR EACH ROW EXECUTE FUNCTION relief_named_final();
ALTER TABLE workflows_named ENABLE ALWAYS TRIGGER named_final;
