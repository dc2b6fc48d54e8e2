-- Consents: an answer stays as it was given; taking it back or replacing it is added once.

CREATE FUNCTION consent_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'consents are kept for good' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.case_id, NEW.kind, NEW.agreed, NEW.text_version, NEW.text_hash, NEW.language, NEW.guardian, NEW.given_by_id,
        NEW.given_at, NEW.channel)
        IS DISTINCT FROM (OLD.case_id, OLD.kind, OLD.agreed, OLD.text_version, OLD.text_hash, OLD.language, OLD.guardian,
        OLD.given_by_id, OLD.given_at, OLD.channel)
        OR OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at
        OR OLD.replaced_at IS NOT NULL AND NEW.replaced_at IS DISTINCT FROM OLD.replaced_at THEN
        RAISE EXCEPTION 'a consent is not rewritten' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consent_kept BEFORE UPDATE OR DELETE ON cases_consent FOR EACH ROW EXECUTE FUNCTION consent_kept();
