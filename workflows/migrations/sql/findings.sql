-- A finding moves by its steps alone. Inspectors judge who are free of the office, of the owner, of the answer and of the case;
-- the audited answer and put right. What was sent does not change.
CREATE FUNCTION relief_finding_step() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    f public.workflows_finding;
    v_today date := (public.relief_now() AT TIME ZONE 'Asia/Shanghai')::date;
    v_inspects boolean;
BEGIN
    SELECT * INTO f FROM public.workflows_finding WHERE id = NEW.finding_id FOR UPDATE;
    IF NEW.from_state <> f.state OR NOT (NEW.kind, NEW.from_state, NEW.to_state) IN (
        ('send', 'draft', 'sent'), ('answer', 'sent', 'answered'), ('rectify', 'sent', 'rectified'),
        ('rectify', 'answered', 'rectified'), ('recheck', 'rectified', 'rechecked'), ('back', 'answered', 'sent'),
        ('back', 'rectified', 'sent'), ('back', 'rechecked', 'sent'), ('close', 'rechecked', 'closed'),
        ('withdraw', 'draft', 'withdrawn'), ('withdraw', 'sent', 'withdrawn'), ('withdraw', 'answered', 'withdrawn')) THEN
        RAISE EXCEPTION 'finding: no such step from here' USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_road';
    END IF;
    SELECT EXISTS (SELECT FROM public.cases_post p JOIN public.cases_role r ON r.code = p.role_id
        WHERE p.user_id = NEW.by_id AND r.rights ? 'inspect' AND v_today BETWEEN p.starts_on AND coalesce(p.ends_on, 'infinity'))
        INTO v_inspects;
    IF NEW.kind IN ('answer', 'rectify') THEN
        IF v_inspects OR NOT (NEW.by_id IS NOT DISTINCT FROM f.owner_id OR EXISTS (SELECT FROM public.cases_post p
                WHERE p.user_id = NEW.by_id AND p.office_id = f.office_id
                    AND v_today BETWEEN p.starts_on AND coalesce(p.ends_on, 'infinity'))) THEN
            RAISE EXCEPTION 'finding: the audited office answers and puts right' USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_by_audited';
        END IF;
        RETURN NEW;
    END IF;
    IF NOT v_inspects THEN
        RAISE EXCEPTION 'finding: inspectors judge' USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_by_inspector';
    END IF;
    IF NEW.by_id IS NOT DISTINCT FROM f.owner_id
        OR EXISTS (SELECT FROM public.cases_post p WHERE p.user_id = NEW.by_id AND p.office_id = f.office_id)
        OR EXISTS (SELECT FROM public.workflows_findingstep s WHERE s.finding_id = f.id AND s.by_id = NEW.by_id AND s.kind IN ('answer', 'rectify'))
        OR (f.case_id IS NOT NULL AND NEW.by_id IN (SELECT public.relief_parties(f.case_id))) THEN
        RAISE EXCEPTION 'finding: the audited do not judge' USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_not_audited';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER finding_step BEFORE INSERT ON workflows_findingstep FOR EACH ROW EXECUTE FUNCTION relief_finding_step();
ALTER TABLE workflows_findingstep ENABLE ALWAYS TRIGGER finding_step;

CREATE FUNCTION relief_finding() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    s public.workflows_findingstep;
    v_may text[] := ARRAY['state', 'round', 'due_on', 'due_provisional', 'sent_at', 'ended_at', 'escalated_at'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' OR NEW.sent_at IS NOT NULL THEN
            RAISE EXCEPTION 'finding: begins as a draft' USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_road';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'draft' AND to_jsonb(NEW) - v_may IS DISTINCT FROM to_jsonb(OLD) - v_may
        OR OLD.state IN ('closed', 'withdrawn') OR NEW.by_id <> OLD.by_id OR NEW.at <> OLD.at THEN
        RAISE EXCEPTION 'finding: what was sent or ended does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_final';
    END IF;
    IF NEW.state <> OLD.state THEN
        SELECT * INTO s FROM public.workflows_findingstep WHERE finding_id = NEW.id ORDER BY id DESC LIMIT 1;
        IF s.id IS NULL OR s.from_state <> OLD.state OR s.to_state <> NEW.state THEN
            RAISE EXCEPTION 'finding: moves by a step' USING ERRCODE = 'check_violation', CONSTRAINT = 'finding_road';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER finding_guard BEFORE INSERT OR UPDATE ON workflows_finding FOR EACH ROW EXECUTE FUNCTION relief_finding();
ALTER TABLE workflows_finding ENABLE ALWAYS TRIGGER finding_guard;
REVOKE ALL ON FUNCTION relief_finding_step, relief_finding FROM PUBLIC;

SELECT history_append_only('workflows_findingstep');
SELECT history_append_only('workflows_evidence');
SELECT history_append_only('workflows_findingfile');
SELECT history_append_only('workflows_inspectionnote');
SELECT history_watch('workflows_finding', 'finding', 'id');
SELECT history_watch('workflows_findingstep', 'finding', 'finding_id');
SELECT history_watch('workflows_evidence', 'finding', 'finding_id');
SELECT history_watch('workflows_findingfile', 'finding', 'finding_id');
SELECT history_watch('workflows_inspectionnote', 'folder', 'case_id');
