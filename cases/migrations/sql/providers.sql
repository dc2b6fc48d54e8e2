-- Hospitals and fitting centres, their permits and what they did: every change leaves a row in history.

SELECT history_watch('cases_provider', 'provider', 'id');
SELECT history_watch('cases_priceitem', 'provider', 'provider_id');
SELECT history_watch('cases_permit', 'case', 'case_id');
SELECT history_watch('cases_permitmove', 'case', 'permit_id:cases_permit');
SELECT history_append_only('cases_permitmove');

-- A permit never changes its person, part or number, and what has ended stays ended.
CREATE FUNCTION permit_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF (NEW.case_id, NEW.part, NEW.id_key, NEW.number, NEW.token, NEW.proposed_at)
        IS DISTINCT FROM (OLD.case_id, OLD.part, OLD.id_key, OLD.number, OLD.token, OLD.proposed_at) THEN
        RAISE EXCEPTION 'a permit keeps its person, part and number'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'permit_stands';
    END IF;
    IF OLD.state NOT IN ('proposed', 'issued') AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'a permit that is % stays so', OLD.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'permit_over';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER permit_stands BEFORE UPDATE ON cases_permit FOR EACH ROW EXECUTE FUNCTION permit_stands();
