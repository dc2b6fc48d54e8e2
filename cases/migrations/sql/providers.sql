-- Hospitals and fitting centres, their permits and what they did: every change leaves a row in history.

SELECT history_watch('cases_provider', 'provider', 'id');
SELECT history_watch('cases_priceitem', 'provider', 'provider_id');
SELECT history_watch('cases_permit', 'case', 'case_id');
SELECT history_watch('cases_permitmove', 'case', 'permit_id:cases_permit');
SELECT history_append_only('cases_permitmove');
SELECT history_watch('cases_preopexam', 'case', 'permit_id:cases_permit');
SELECT history_watch('cases_surgery', 'case', 'permit_id:cases_permit');
SELECT history_watch('cases_complication', 'case', 'permit_id:cases_permit');
SELECT history_watch('cases_sightcheck', 'case', 'permit_id:cases_permit');
SELECT history_watch('cases_claim', 'provider', 'provider_id');
SELECT history_watch('cases_claimline', 'case', 'case_id');
SELECT history_watch('cases_claimcall', 'case', 'line_id:cases_claimline');
SELECT history_watch('cases_refundorder', 'case', 'line_id:cases_claimline');
SELECT history_append_only('cases_preopexam');
SELECT history_append_only('cases_surgery');
SELECT history_append_only('cases_complication');
SELECT history_append_only('cases_sightcheck');
SELECT history_append_only('cases_claim');
SELECT history_append_only('cases_claimcall');

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

-- A surgery is for an issued permit, within its days; the same act makes the permit used.
CREATE FUNCTION surgery_fits() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE p public.cases_permit;
BEGIN
    SELECT * INTO p FROM public.cases_permit WHERE id = NEW.permit_id;
    IF p.state <> 'issued' OR NEW.done_on > p.valid_until OR NEW.done_on < coalesce(p.not_before, NEW.done_on)
        OR NEW.done_on > (public.relief_now() AT TIME ZONE 'Asia/Shanghai')::date THEN
        RAISE EXCEPTION 'a surgery is done on an issued permit within its days'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'surgery_fits';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER surgery_fits BEFORE INSERT ON cases_surgery FOR EACH ROW EXECUTE FUNCTION surgery_fits();

-- A claim line keeps what it claims; what was accepted or refused stays so.
CREATE FUNCTION claim_line_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.state IN ('accepted', 'refused') OR (NEW.claim_id, NEW.permit_id, NEW.case_id, NEW.invoice_code, NEW.invoice_no, NEW.invoiced_on, NEW.total, NEW.asked)
        IS DISTINCT FROM (OLD.claim_id, OLD.permit_id, OLD.case_id, OLD.invoice_code, OLD.invoice_no, OLD.invoiced_on, OLD.total, OLD.asked) THEN
        RAISE EXCEPTION 'a claim line stands as it was filed and decided'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_line_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER claim_line_stands BEFORE UPDATE ON cases_claimline FOR EACH ROW EXECUTE FUNCTION claim_line_stands();
