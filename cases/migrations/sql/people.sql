-- The account that the money goes to: given and replaced at its times alone, after the bank failed with a photo of the card.
-- What it says never changes (account_as_given). The account of an institution is its own affair: it comes with the money
-- that goes there, and another one once the bank failed or returned that, wherever the case stands by then.

CREATE FUNCTION payee_institution(p_case bigint, p_state text) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (p_state IN ('SETTLEMENT', 'FOLLOWUP')
            AND NOT EXISTS (SELECT 1 FROM public.cases_payout WHERE case_id = p_case AND state NOT IN ('reserved', 'failed', 'returned', 'void')))
        OR EXISTS (SELECT 1 FROM public.cases_payout WHERE case_id = p_case AND state IN ('failed', 'returned'));
END $$;

CREATE FUNCTION payee_at_its_time() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_state text;
BEGIN
    SELECT state INTO v_state FROM public.cases_case WHERE id = NEW.case_id;
    IF TG_OP = 'UPDATE' AND NEW.replaced_at IS NOT DISTINCT FROM OLD.replaced_at THEN
        RETURN NEW;
    END IF;
    IF v_state NOT IN ('DRAFT', 'SUPPLEMENT', 'FAILED', 'RETURNED')
        AND NOT (NEW.relation = 'INSTITUTION' AND public.payee_institution(NEW.case_id, v_state)) THEN
        RAISE EXCEPTION 'the account stands while the case is %', v_state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_at_its_time';
    END IF;
    IF TG_OP = 'INSERT' AND (NEW.card_id IS NULL AND v_state IN ('FAILED', 'RETURNED') OR NEW.card_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM public.cases_materialfile WHERE id = NEW.card_id AND case_id = NEW.case_id)) THEN
        RAISE EXCEPTION 'another account needs a photo of the card in this case'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'account_with_card';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payee_at_its_time BEFORE INSERT OR UPDATE ON cases_payeeaccount
    FOR EACH ROW EXECUTE FUNCTION payee_at_its_time();
ALTER TABLE cases_payeeaccount ENABLE ALWAYS TRIGGER payee_at_its_time;
