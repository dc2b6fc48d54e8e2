-- Urgent aid (急难救助): made only where the pinned policy allows it, within its limit; afterwards the panel settles it.

CREATE FUNCTION urgent_refuse(p_what text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'urgent: %', p_what USING ERRCODE = 'check_violation';
END $$;

-- What the panel said of the urgent aid of a case; how a case moves is migrated after this file.
CREATE FUNCTION urgent_panel_said(p_case bigint, p_outcome text) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (SELECT 1 FROM public.workflows_meetingitem m JOIN public.workflows_workitem w ON w.id = m.work_item_id
                   WHERE m.case_id = p_case AND w.step = 'confirmation' AND m.outcome = p_outcome);
END $$;

CREATE FUNCTION urgent_aid() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_case public.cases_case;
    v_may text[] := ARRAY['outcome', 'settled_at', 'ended_at'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO v_case FROM public.cases_case WHERE id = NEW.case_id;
        IF v_case.state <> 'URGENT' OR v_case.policy_id IS DISTINCT FROM NEW.policy_id OR NEW.outcome <> '' THEN
            PERFORM public.urgent_refuse('it begins with the approval of an accepted case, under its own policy');
        END IF;
        IF (public.policy_says(NEW.policy_id, 'levels', 'urgent_approval') ->> 'on') IS DISTINCT FROM 'true' THEN
            PERFORM public.urgent_refuse('the policy of the case has no urgent path');
        END IF;
        IF NEW.amount > coalesce((public.policy_says(NEW.policy_id, 'caps', 'urgent') ->> 'amount')::numeric, 0)
            OR NEW.amount > coalesce(v_case.award, 0) THEN
            PERFORM public.urgent_refuse('the amount is over the limit of the policy or over what was worked out');
        END IF;
        IF NOT EXISTS (SELECT 1 FROM public.cases_payout p WHERE p.id = NEW.payout_id AND p.case_id = NEW.case_id
                       AND p.amount = NEW.amount AND p.state = 'reserved') THEN
            PERFORM public.urgent_refuse('it rests on money set aside for the same case, of the same amount');
        END IF;
        NEW.approved_at := public.relief_now();
        RETURN NEW;
    END IF;
    IF (to_jsonb(NEW) - v_may) IS DISTINCT FROM (to_jsonb(OLD) - v_may) THEN
        PERFORM public.urgent_refuse('what was approved does not change');
    END IF;
    IF NEW.outcome = OLD.outcome THEN RETURN NEW; END IF;
    IF OLD.outcome = '' AND ((NEW.outcome = 'confirmed' AND public.urgent_panel_said(NEW.case_id, 'agree'))
                             OR (NEW.outcome = 'refused' AND public.urgent_panel_said(NEW.case_id, 'reject'))) THEN
        NEW.settled_at := public.relief_now();
    ELSIF OLD.outcome = 'confirmed' AND NEW.outcome = 'refused' AND EXISTS (
            SELECT 1 FROM public.cases_objection o WHERE o.case_id = NEW.case_id AND o.state = 'upheld') THEN
        NEW.settled_at := public.relief_now();
    ELSIF OLD.outcome = 'refused' AND NEW.outcome IN ('recovered', 'written_off') THEN
        IF NEW.outcome = 'recovered' AND EXISTS (
                SELECT 1 FROM public.cases_payout p WHERE p.id = NEW.payout_id AND p.state <> 'void') THEN
            PERFORM public.urgent_refuse('recovered money is back in its fund');
        END IF;
        NEW.ended_at := public.relief_now();
    ELSE
        PERFORM public.urgent_refuse(format('it does not go from %L to %L: the panel confirms or refuses', OLD.outcome, NEW.outcome));
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER urgent_aid BEFORE INSERT OR UPDATE ON cases_urgentaid FOR EACH ROW EXECUTE FUNCTION urgent_aid();

SELECT history_watch('cases_urgentaid', 'case', 'case_id');
