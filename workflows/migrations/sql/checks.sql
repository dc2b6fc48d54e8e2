-- Standing checks: a hit stays, what it is about never changes, and a false alarm counts for the evidence that was seen.
CREATE FUNCTION check_hit_guard() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.code, NEW.subject, NEW.first_run_id, NEW.found_at) IS DISTINCT FROM (OLD.code, OLD.subject, OLD.first_run_id, OLD.found_at) THEN
        RAISE EXCEPTION 'checks: what a hit is about never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'check_hit_final';
    END IF;
    IF NEW.state = 'false' AND OLD.state <> 'false' AND NOT EXISTS (
        SELECT 1 FROM public.workflows_checkmark m WHERE m.hit_id = NEW.id AND m.verdict = 'false' AND m.fingerprint = NEW.fingerprint) THEN
        RAISE EXCEPTION 'checks: a false alarm is marked by somebody, with a reason' USING ERRCODE = 'check_violation', CONSTRAINT = 'check_hit_marked';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER check_hit_guard BEFORE UPDATE ON workflows_checkhit FOR EACH ROW EXECUTE FUNCTION check_hit_guard();
ALTER TABLE workflows_checkhit ENABLE ALWAYS TRIGGER check_hit_guard;
CREATE TRIGGER check_hit_stays BEFORE DELETE ON workflows_checkhit FOR EACH ROW EXECUTE FUNCTION history_refuse();
ALTER TABLE workflows_checkhit ENABLE ALWAYS TRIGGER check_hit_stays;
CREATE TRIGGER check_run_stays BEFORE DELETE ON workflows_checkrun FOR EACH ROW EXECUTE FUNCTION history_refuse();
ALTER TABLE workflows_checkrun ENABLE ALWAYS TRIGGER check_run_stays;

-- A hit that a finding rests on is a finding from then on.
CREATE FUNCTION check_hit_found() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.ref ~ '^[0-9]{1,18}$' THEN
        UPDATE public.workflows_checkhit SET state = 'finding' WHERE id = NEW.ref::bigint AND state <> 'finding';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER check_hit_found AFTER INSERT ON workflows_evidence FOR EACH ROW WHEN (NEW.kind = 'hit')
    EXECUTE FUNCTION check_hit_found();
ALTER TABLE workflows_evidence ENABLE ALWAYS TRIGGER check_hit_found;

SELECT history_append_only('workflows_checkmark');
SELECT history_append_only('workflows_checkrule');
-- How far a run has come and at which run a hit was last seen are no news: they would write history every night.
SELECT history_watch('workflows_checkrun', 'inspection', 'id', 'case_done', 'look_done', 'found', 'new');
SELECT history_watch('workflows_checkhit', 'inspection', 'id', 'last_run_id');
SELECT history_watch('workflows_checkmark', 'inspection', 'hit_id');
SELECT history_watch('workflows_checkrule', 'inspection', 'code');
