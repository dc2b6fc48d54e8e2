-- What was found twice and how it was decided, and the runs over lists of other agencies: each leaves a row in history.

SELECT history_watch('cases_hit', 'case', 'case_id');
SELECT history_watch('cases_hitdecision', 'case', 'hit_id:cases_hit');
SELECT history_append_only('cases_hitdecision');
SELECT history_watch('cases_agencymatch', 'case', 'case_id');
SELECT history_append_only('cases_agencymatch');
SELECT history_watch('cases_agencylist', 'config', '');
SELECT history_append_only('cases_agencylist');

-- A hit never becomes another one: its case and what it is about stay.
CREATE FUNCTION hit_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.case_id, NEW.kind, NEW.subject, NEW.first_seen) IS DISTINCT FROM (OLD.case_id, OLD.kind, OLD.subject, OLD.first_seen) THEN
        RAISE EXCEPTION 'a hit keeps its case and its subject' USING ERRCODE = 'check_violation', CONSTRAINT = 'hit_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER hit_stands BEFORE UPDATE ON cases_hit FOR EACH ROW EXECUTE FUNCTION hit_stands();
