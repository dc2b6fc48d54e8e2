-- A sample is what its frame and seed give: the frame fits its hash, the cases stand in the frame, and nothing of it changes but
-- that it is closed, once.
CREATE FUNCTION relief_sample() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE v_may text[] := ARRAY['closed_at', 'closed_by_id'];
BEGIN
    IF OLD.closed_at IS NOT NULL OR to_jsonb(NEW) - v_may IS DISTINCT FROM to_jsonb(OLD) - v_may THEN
        RAISE EXCEPTION 'sample: is only ever closed, once' USING ERRCODE = 'check_violation', CONSTRAINT = 'sample_final';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sample_guard BEFORE UPDATE ON workflows_sample FOR EACH ROW EXECUTE FUNCTION relief_sample();
ALTER TABLE workflows_sample ENABLE ALWAYS TRIGGER sample_guard;

CREATE FUNCTION relief_sample_frame() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF encode(sha256(convert_to(NEW.text, 'UTF8')), 'hex') IS DISTINCT FROM
        (SELECT s.frame_hash FROM public.workflows_sample s WHERE s.id = NEW.sample_id) THEN
        RAISE EXCEPTION 'sample: the frame is another than its hash' USING ERRCODE = 'check_violation', CONSTRAINT = 'sample_frame_hash';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sample_frame_guard BEFORE INSERT ON workflows_sampleframe FOR EACH ROW EXECUTE FUNCTION relief_sample_frame();
ALTER TABLE workflows_sampleframe ENABLE ALWAYS TRIGGER sample_frame_guard;
REVOKE ALL ON FUNCTION relief_sample, relief_sample_frame FROM PUBLIC;

SELECT history_append_only('workflows_sampleframe');
SELECT history_append_only('workflows_samplecase');
SELECT history_append_only('workflows_samplecheck');
SELECT history_watch('workflows_sample', 'sample', 'id');
SELECT history_watch('workflows_samplecase', 'sample', 'sample_id');
SELECT history_watch('workflows_samplecheck', 'sampleline', 'line_id');
