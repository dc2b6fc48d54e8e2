-- An export never changes. A request for a name is confirmed once, by a second person; nothing else of it changes.
SELECT history_append_only('workflows_logexport');

CREATE FUNCTION relief_name_request() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_may text[] := ARRAY['confirmed_by_id', 'confirmed_at'];
BEGIN
    IF OLD.confirmed_at IS NOT NULL OR NEW.confirmed_at IS NULL OR to_jsonb(NEW) - v_may IS DISTINCT FROM to_jsonb(OLD) - v_may THEN
        RAISE EXCEPTION 'name request: is confirmed once' USING ERRCODE = 'check_violation', CONSTRAINT = 'name_request_final';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER name_request BEFORE UPDATE ON workflows_namerequest FOR EACH ROW EXECUTE FUNCTION relief_name_request();
SELECT history_watch('workflows_namerequest', 'account', 'by_id');
