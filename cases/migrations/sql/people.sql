-- The account that the money goes to: given at its times alone, never rewritten, confirmed and replaced once.

CREATE FUNCTION payee_refuse(p_what text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'payee account: %', p_what USING ERRCODE = 'check_violation';
END $$;

CREATE FUNCTION payee_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_state text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM public.payee_refuse('is kept for good');
    END IF;
    SELECT state INTO v_state FROM public.cases_case WHERE id = NEW.case_id;
    IF TG_OP = 'INSERT' THEN
        IF v_state NOT IN ('DRAFT', 'SUPPLEMENT', 'FAILED', 'RETURNED') THEN
            PERFORM public.payee_refuse('stands while the case is ' || v_state);
        END IF;
        IF NEW.card_id IS NULL AND v_state IN ('FAILED', 'RETURNED') OR NEW.card_id IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM public.cases_materialfile WHERE id = NEW.card_id AND case_id = NEW.case_id) THEN
            PERFORM public.payee_refuse('another account needs a photo of the card in this case');
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.case_id, NEW.holder, NEW.account, NEW.account_key, NEW.tail, NEW.bank_name, NEW.cnaps, NEW.kind,
        NEW.relation, NEW.channel, NEW.card_id, NEW.given_by_id, NEW.given_at)
        IS DISTINCT FROM (OLD.case_id, OLD.holder, OLD.account, OLD.account_key, OLD.tail, OLD.bank_name, OLD.cnaps,
        OLD.kind, OLD.relation, OLD.channel, OLD.card_id, OLD.given_by_id, OLD.given_at) THEN
        PERFORM public.payee_refuse('is not rewritten');
    END IF;
    IF OLD.confirmed_at IS NOT NULL AND (NEW.confirmed_at, NEW.confirmed_by_id)
        IS DISTINCT FROM (OLD.confirmed_at, OLD.confirmed_by_id) THEN
        PERFORM public.payee_refuse('is confirmed once');
    END IF;
    IF NEW.replaced_at IS DISTINCT FROM OLD.replaced_at
        AND (OLD.replaced_at IS NOT NULL OR v_state NOT IN ('SUPPLEMENT', 'FAILED', 'RETURNED')) THEN
        PERFORM public.payee_refuse('is replaced once, at its time');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payee_kept BEFORE INSERT OR UPDATE OR DELETE ON cases_payeeaccount
    FOR EACH ROW EXECUTE FUNCTION payee_kept();
ALTER TABLE cases_payeeaccount ENABLE ALWAYS TRIGGER payee_kept;
