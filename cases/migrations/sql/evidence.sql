-- An invoice keeps its case, its numbers and its amounts; only its release is written, or taken back when the case goes on.
-- What stood in a draft and is taken out of it loses its numbers.

CREATE FUNCTION invoice_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_forgets boolean := OLD.released_why = 'draft' AND NEW.released_why = 'mistake'
        AND NEW.code = '' AND NEW.number = '' AND NEW.check_code = '';
BEGIN
    IF NOT v_forgets AND (NEW.code, NEW.number, NEW.check_code) IS DISTINCT FROM (OLD.code, OLD.number, OLD.check_code)
        OR (NEW.case_id, NEW.key, NEW.issued_on, NEW.total, NEW.in_scope, NEW.reimbursed,
        NEW.self_pay, NEW.donated, NEW.out_of_region, NEW.entered_by_id, NEW.entered_at)
        IS DISTINCT FROM
       (OLD.case_id, OLD.key, OLD.issued_on, OLD.total, OLD.in_scope, OLD.reimbursed,
        OLD.self_pay, OLD.donated, OLD.out_of_region, OLD.entered_by_id, OLD.entered_at) THEN
        RAISE EXCEPTION 'an invoice stands as it was entered'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER invoice_stands BEFORE UPDATE ON cases_invoice FOR EACH ROW EXECUTE FUNCTION invoice_stands();
