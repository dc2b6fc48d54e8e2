-- Notices: what was written stays as it was written; only what became of it is added, and never taken back.

CREATE FUNCTION notices_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'notices are kept for good' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.token, NEW.case_id, NEW.code, NEW.template_version, NEW.number, NEW.channel, NEW.language, NEW.to_whom,
        NEW.to_user_id, NEW.title, NEW.body, NEW.data, NEW.next_due_on, NEW.made_by_id, NEW.queued_at)
        IS DISTINCT FROM (OLD.token, OLD.case_id, OLD.code, OLD.template_version, OLD.number, OLD.channel, OLD.language,
        OLD.to_whom, OLD.to_user_id, OLD.title, OLD.body, OLD.data, OLD.next_due_on, OLD.made_by_id, OLD.queued_at) THEN
        RAISE EXCEPTION 'a notice is not rewritten' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.read_at IS NOT NULL AND NEW.read_at IS DISTINCT FROM OLD.read_at
        OR OLD.state IN ('delivered', 'read') AND NEW.state IN ('queued', 'sent', 'failed')
        OR OLD.state = 'sent' AND NEW.state IN ('queued', 'failed') THEN
        RAISE EXCEPTION 'what became of a notice is not taken back' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER notices_kept BEFORE UPDATE OR DELETE ON cases_notice FOR EACH ROW EXECUTE FUNCTION notices_kept();
SELECT history_watch('cases_notice', 'case', 'case_id');
