-- An internal note never changes; its words may be taken out once, and who did it stays. Threads stay within one case.
CREATE FUNCTION relief_note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_may text[] := ARRAY['text', 'redacted_at', 'redacted_by_id', 'redacted_role', 'redact_reason'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.reply_to_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM public.workflows_note n
                WHERE n.id = NEW.reply_to_id AND n.case_id = NEW.case_id AND n.reply_to_id IS NULL) THEN
            RAISE EXCEPTION 'note: answers a note of the same case' USING ERRCODE = 'check_violation', CONSTRAINT = 'note_thread';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.redacted_at IS NOT NULL OR NEW.redacted_at IS NULL OR to_jsonb(NEW) - v_may IS DISTINCT FROM to_jsonb(OLD) - v_may THEN
        RAISE EXCEPTION 'note: a note does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'note_final';
    END IF;
    IF NEW.redacted_by_id = NEW.by_id THEN
        RAISE EXCEPTION 'note: its words are taken out by a second person' USING ERRCODE = 'check_violation', CONSTRAINT = 'note_second_person';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER note_guard BEFORE INSERT OR UPDATE ON workflows_note FOR EACH ROW EXECUTE FUNCTION relief_note();
ALTER TABLE workflows_note ENABLE ALWAYS TRIGGER note_guard;
REVOKE ALL ON FUNCTION relief_note FROM PUBLIC;

SELECT history_append_only('workflows_notefile');
