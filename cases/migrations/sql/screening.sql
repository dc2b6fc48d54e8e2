-- Screening: who somebody is never changes once registered; a case comes out of a registration once; a result is only ever
-- replaced; a person is registered in a county of the campaign that has its quota; an import shows itself whole.

CREATE FUNCTION registration_as_given() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (to_jsonb(NEW) - 'session_id' - 'phone' - 'phone_key' - 'case_id')
        IS DISTINCT FROM (to_jsonb(OLD) - 'session_id' - 'phone' - 'phone_key' - 'case_id') THEN
        RAISE EXCEPTION 'who was registered stays as it was given'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'registration_as_given';
    END IF;
    IF OLD.case_id IS NOT NULL AND NEW.case_id IS DISTINCT FROM OLD.case_id
        AND NOT EXISTS (SELECT 1 FROM public.cases_case WHERE id = OLD.case_id AND discarded_at IS NOT NULL) THEN
        RAISE EXCEPTION 'this registration has its case'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'registration_one_case';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER registration_as_given BEFORE UPDATE ON cases_registration
    FOR EACH ROW EXECUTE FUNCTION registration_as_given();
ALTER TABLE cases_registration ENABLE ALWAYS TRIGGER registration_as_given;

CREATE FUNCTION result_only_replaced() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.replaced_at IS NOT NULL
        OR (to_jsonb(NEW) - 'replaced_at') IS DISTINCT FROM (to_jsonb(OLD) - 'replaced_at') THEN
        RAISE EXCEPTION 'a result is only ever replaced by another'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'result_only_replaced';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER result_only_replaced BEFORE UPDATE ON cases_result FOR EACH ROW EXECUTE FUNCTION result_only_replaced();
ALTER TABLE cases_result ENABLE ALWAYS TRIGGER result_only_replaced;

ALTER TABLE cases_session ADD CONSTRAINT session_at_a_place FOREIGN KEY (division_code) REFERENCES cases_division (code);
ALTER TABLE cases_quota ADD CONSTRAINT quota_at_a_place FOREIGN KEY (county_code) REFERENCES cases_division (code);
ALTER TABLE cases_registration ADD CONSTRAINT registration_at_a_place
    FOREIGN KEY (division_code) REFERENCES cases_division (code);

SELECT history_watch('cases_campaign', 'campaign', 'id', 'last_serial');
SELECT history_watch('cases_quota', 'campaign', 'campaign_id');
SELECT history_watch('cases_session', 'campaign', 'campaign_id');
SELECT history_watch('cases_result', 'campaign', 'campaign_id');
