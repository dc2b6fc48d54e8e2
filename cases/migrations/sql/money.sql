-- Money: the ledger moves its own balances, a payout goes only the ways it may, a batch is three people's and frozen.

CREATE FUNCTION money_today() RETURNS date LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT (public.relief_now() AT TIME ZONE 'Asia/Shanghai')::date
$$;

CREATE FUNCTION money_refuse(p_what text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'money: %', p_what USING ERRCODE = 'check_violation';
END $$;

-- The ledger (audit B2): one row is one debit and one credit; both accounts are locked in the order of their ids.
CREATE FUNCTION money_transfer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    p public.cases_ledgertransfer;
    r public.cases_ledgertransfer;
    n bigint := NEW.amount_fen;
BEGIN
    IF n IS NULL OR n <= 0 OR NEW.debit_id = NEW.credit_id THEN
        PERFORM public.money_refuse('a transfer moves a positive amount between two accounts');
    END IF;
    NEW.at := public.relief_now();
    PERFORM 1 FROM public.cases_ledgeraccount WHERE id IN (NEW.debit_id, NEW.credit_id) ORDER BY id FOR NO KEY UPDATE;
    IF NEW.kind = 'pending' THEN
        UPDATE public.cases_ledgeraccount SET debits_pending = debits_pending + n WHERE id = NEW.debit_id;
        UPDATE public.cases_ledgeraccount SET credits_pending = credits_pending + n WHERE id = NEW.credit_id;
        INSERT INTO public.cases_ledgeropen (transfer_id, case_id, installment, account_id)
        VALUES (NEW.id, NEW.case_id, NEW.installment, NEW.debit_id);
    ELSIF NEW.kind = 'single' THEN
        IF NEW.reverses_id IS NOT NULL THEN
            SELECT * INTO r FROM public.cases_ledgertransfer WHERE id = NEW.reverses_id;
            IF r.id IS NULL OR r.kind <> 'post' OR (r.debit_id, r.credit_id, r.amount_fen, r.case_id, r.installment)
                IS DISTINCT FROM (NEW.credit_id, NEW.debit_id, n, NEW.case_id, NEW.installment) THEN
                PERFORM public.money_refuse('a reversal mirrors one posted payment');
            END IF;
        ELSIF NOT EXISTS (SELECT 1 FROM public.cases_ledgeraccount WHERE id = NEW.debit_id AND kind = 'external') THEN
            PERFORM public.money_refuse('money leaves a fund only by a reservation');
        END IF;
        UPDATE public.cases_ledgeraccount SET debits_posted = debits_posted + n WHERE id = NEW.debit_id;
        UPDATE public.cases_ledgeraccount SET credits_posted = credits_posted + n WHERE id = NEW.credit_id;
    ELSIF NEW.kind IN ('post', 'void') THEN
        SELECT * INTO p FROM public.cases_ledgertransfer WHERE id = NEW.pending_id;
        IF p.id IS NULL OR p.kind <> 'pending'
            OR (p.debit_id, p.credit_id, p.amount_fen, p.case_id, p.installment)
            IS DISTINCT FROM (NEW.debit_id, NEW.credit_id, n, NEW.case_id, NEW.installment) THEN
            PERFORM public.money_refuse('a post or void equals its reservation in every field');
        END IF;
        DELETE FROM public.cases_ledgeropen WHERE transfer_id = p.id;
        IF NOT FOUND THEN
            PERFORM public.money_refuse('this reservation has ended before');
        END IF;
        UPDATE public.cases_ledgeraccount SET debits_pending = debits_pending - n,
            debits_posted = debits_posted + CASE WHEN NEW.kind = 'post' THEN n ELSE 0 END WHERE id = NEW.debit_id;
        UPDATE public.cases_ledgeraccount SET credits_pending = credits_pending - n,
            credits_posted = credits_posted + CASE WHEN NEW.kind = 'post' THEN n ELSE 0 END WHERE id = NEW.credit_id;
    ELSE
        PERFORM public.money_refuse('unknown kind of transfer');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER money_transfer BEFORE INSERT ON cases_ledgertransfer FOR EACH ROW EXECUTE FUNCTION money_transfer();

CREATE FUNCTION money_only_by_ledger() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        PERFORM public.money_refuse(TG_TABLE_NAME || ' is moved by transfers alone');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER money_only_by_ledger BEFORE UPDATE OR DELETE ON cases_ledgeraccount
    FOR EACH ROW EXECUTE FUNCTION money_only_by_ledger();
CREATE TRIGGER money_only_by_ledger BEFORE INSERT OR UPDATE OR DELETE ON cases_ledgeropen
    FOR EACH ROW EXECUTE FUNCTION money_only_by_ledger();

CREATE FUNCTION money_account_starts_empty() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.debits_posted + NEW.credits_posted + NEW.debits_pending + NEW.credits_pending <> 0 THEN
        PERFORM public.money_refuse('an account starts empty');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER money_account_starts_empty BEFORE INSERT ON cases_ledgeraccount
    FOR EACH ROW EXECUTE FUNCTION money_account_starts_empty();

-- Whether a case is suspended (停办); the tables of how a case moves come later than this file.
CREATE FUNCTION money_suspended(p_case bigint) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN public.relief_suspended(p_case);
END $$;

-- 急难救助: whether this very payout may go out ahead of the notice: one person other than those who asked approved exactly
-- this amount (its limit is held where the row is made), and the panel has not refused it.
CREATE FUNCTION money_before_notice(p_payout bigint) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT 1 FROM public.cases_urgentaid u JOIN public.cases_payout p ON p.id = u.payout_id
        JOIN public.workflows_decision d ON d.case_id = u.case_id AND d.step = 'urgent_approval' AND d.outcome = 'agree'
            AND d.actor_id = u.approved_by_id AND d.amount = u.amount
        WHERE u.payout_id = p_payout AND p.amount = u.amount AND u.outcome IN ('', 'confirmed'));
END $$;

-- Why a payout may not go out today; NULL when it may. A case that needs the public notice is paid only when it stood on a
-- list to its last day and that list was not taken down; its urgent aid alone goes ahead of it.
CREATE FUNCTION money_hold(p_payout bigint, p_case bigint, p_not_before date) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE
        WHEN public.money_suspended(p_case) THEN 'suspended'
        WHEN p_not_before IS NULL OR public.money_today() < p_not_before THEN 'publicity'
        WHEN EXISTS (SELECT 1 FROM public.cases_publicentry e JOIN public.cases_publiclist l ON l.id = e.list_id
                     WHERE e.case_id = p_case AND l.state <> 'taken_down' AND l.ends_on >= public.money_today())
            AND NOT public.money_before_notice(p_payout) THEN 'publicity'
        WHEN EXISTS (SELECT 1 FROM public.cases_objection o WHERE o.case_id = p_case AND o.state IN ('open', 'upheld'))
            THEN 'objection'
        WHEN public.money_before_notice(p_payout) THEN NULL
        WHEN (SELECT c.needs_notice FROM public.cases_case c WHERE c.id = p_case) IS DISTINCT FROM false
            AND NOT EXISTS (SELECT 1 FROM public.cases_publicentry e JOIN public.cases_publiclist l ON l.id = e.list_id
                            WHERE e.case_id = p_case AND l.state <> 'taken_down'
                              AND (e.closed_at AT TIME ZONE 'Asia/Shanghai')::date > l.ends_on)
            THEN 'publicity'
    END
$$;

-- Whoever applied, helped, entered a part of the file or decided has no hand in paying.
CREATE FUNCTION money_handled(p_case bigint, p_user bigint) RETURNS boolean LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN p_user IN (SELECT public.relief_parties(p_case))
        OR EXISTS (SELECT 1 FROM public.workflows_duty WHERE case_id = p_case AND actor_id = p_user)
        OR EXISTS (SELECT 1 FROM public.workflows_decision WHERE case_id = p_case AND p_user IN (actor_id, on_behalf_of_id));
END $$;

CREATE FUNCTION money_payout() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_fund bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'reserved' THEN
            PERFORM public.money_refuse('a payout begins as a reservation');
        END IF;
    ELSE
        IF (NEW.case_id, NEW.kind, NEW.installment, NEW.fund_id, NEW.amount, NEW.amount_fen, NEW.made_at)
            IS DISTINCT FROM (OLD.case_id, OLD.kind, OLD.installment, OLD.fund_id, OLD.amount, OLD.amount_fen, OLD.made_at) THEN
            PERFORM public.money_refuse('amount, fund, case and kind of a payout never change');
        END IF;
        IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
            'reserved>payable', 'reserved>void', 'payable>in_batch', 'payable>void', 'in_batch>payable', 'in_batch>sent',
            'sent>paid', 'sent>failed', 'sent>unknown', 'sent>payable', 'unknown>paid', 'unknown>failed',
            'unknown>payable', 'failed>payable', 'failed>void', 'paid>returned', 'returned>payable', 'returned>void']) THEN
            PERFORM public.money_refuse(format('a payout does not go from %s to %s', OLD.state, NEW.state));
        END IF;
        IF NEW.state NOT IN ('reserved', 'payable') AND NEW.not_before IS DISTINCT FROM OLD.not_before THEN
            PERFORM public.money_refuse('the first day of payment is fixed');
        END IF;
        IF NEW.state NOT IN ('payable', 'reserved') AND NEW.payee_id IS DISTINCT FROM OLD.payee_id
            AND NOT (OLD.state = 'payable' AND NEW.state = 'in_batch') THEN
            PERFORM public.money_refuse('the payee changes only before a batch');
        END IF;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.reservation_id IS DISTINCT FROM OLD.reservation_id THEN
        IF TG_OP = 'UPDATE' AND NOT (OLD.state = 'paid' AND NEW.state = 'returned') THEN
            PERFORM public.money_refuse('a reservation is renewed only when the bank returned the money');
        END IF;
        SELECT a.fund_id INTO v_fund FROM public.cases_ledgertransfer t
            JOIN public.cases_ledgeraccount a ON a.id = t.debit_id AND a.kind = 'fund'
            JOIN public.cases_ledgeropen o ON o.transfer_id = t.id
            WHERE t.id = NEW.reservation_id AND t.case_id = NEW.case_id AND t.installment = NEW.installment
              AND t.amount_fen = NEW.amount_fen;
        IF v_fund IS DISTINCT FROM NEW.fund_id THEN
            PERFORM public.money_refuse('a payout rests on an open reservation of its own fund, case and amount');
        END IF;
    END IF;
    IF TG_OP = 'INSERT' OR NEW.state = OLD.state THEN RETURN NEW; END IF;
    IF NEW.state = 'payable' AND OLD.state = 'reserved' AND NOT EXISTS (
        SELECT 1 FROM public.cases_event e JOIN public.cases_stream s ON s.id = e.stream_id
        WHERE e.id = NEW.decision AND s.kind = 'case' AND s.key = NEW.case_id::text AND e.outcome = 'ok'
            AND e.action = 'payout.approved') THEN
        PERFORM public.money_refuse('a payout needs the approval that stands in the history of its case');
    END IF;
    IF NEW.state IN ('in_batch', 'sent') AND public.money_hold(NEW.id, NEW.case_id, NEW.not_before) IS NOT NULL THEN
        PERFORM public.money_refuse('not payable now: ' || public.money_hold(NEW.id, NEW.case_id, NEW.not_before));
    END IF;
    IF NEW.state = 'paid' AND NOT EXISTS (
        SELECT 1 FROM public.cases_ledgertransfer WHERE pending_id = NEW.reservation_id AND kind = 'post') THEN
        PERFORM public.money_refuse('paid without a posting');
    END IF;
    IF NEW.state = 'returned' AND NOT EXISTS (
        SELECT 1 FROM public.cases_ledgertransfer p JOIN public.cases_ledgertransfer r ON r.reverses_id = p.id
        WHERE p.pending_id = OLD.reservation_id AND p.kind = 'post') THEN
        PERFORM public.money_refuse('returned without a reversal');
    END IF;
    IF NEW.state = 'void' AND NOT EXISTS (
        SELECT 1 FROM public.cases_ledgertransfer WHERE pending_id = NEW.reservation_id AND kind = 'void') THEN
        PERFORM public.money_refuse('void without giving the money back to its fund');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER money_payout BEFORE INSERT OR UPDATE ON cases_payout FOR EACH ROW EXECUTE FUNCTION money_payout();

-- A line is written once, while its batch is being made, for a payout that may be paid to its present, proven account.
CREATE FUNCTION money_batch_line() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    b public.cases_paymentbatch;
    p public.cases_payout;
BEGIN
    SELECT * INTO b FROM public.cases_paymentbatch WHERE id = NEW.batch_id FOR SHARE;
    SELECT * INTO p FROM public.cases_payout WHERE id = NEW.payout_id;
    IF b.state <> 'made' THEN
        PERFORM public.money_refuse('a checked batch takes no line');
    END IF;
    IF NOT NEW.included THEN RETURN NEW; END IF;
    IF p.state NOT IN ('payable', 'in_batch') OR p.fund_id <> b.fund_id OR p.amount_fen <> NEW.amount_fen THEN
        PERFORM public.money_refuse('a line is a payable payout of this fund with its full amount');
    END IF;
    IF public.money_hold(p.id, p.case_id, p.not_before) IS NOT NULL THEN
        PERFORM public.money_refuse('not payable now: ' || public.money_hold(p.id, p.case_id, p.not_before));
    END IF;
    IF NOT EXISTS (SELECT 1 FROM public.cases_payeeaccount a WHERE a.case_id = p.case_id AND a.replaced_at IS NULL
                   AND a.confirmed_at IS NOT NULL AND a.account_key = NEW.account_key) THEN
        PERFORM public.money_refuse('the account is not the confirmed account of the case');
    END IF;
    IF public.money_handled(p.case_id, b.maker_id) THEN
        PERFORM public.money_refuse('who decided a case does not pay it');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER money_batch_line BEFORE INSERT ON cases_batchline FOR EACH ROW EXECUTE FUNCTION money_batch_line();

CREATE FUNCTION money_batch() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_count bigint;
    v_total numeric;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'made' OR NEW.checker_id IS NOT NULL OR NEW.releaser_id IS NOT NULL THEN
            PERFORM public.money_refuse('a batch begins with its maker alone');
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.number, NEW.fund_id, NEW.template, NEW.count, NEW.total_fen, NEW.file_sha256, NEW.maker_id, NEW.made_at)
        IS DISTINCT FROM (OLD.number, OLD.fund_id, OLD.template, OLD.count, OLD.total_fen, OLD.file_sha256, OLD.maker_id,
        OLD.made_at) THEN
        PERFORM public.money_refuse('a batch is never edited: void it and make another');
    END IF;
    IF (OLD.checker_id IS NOT NULL AND (NEW.checker_id, NEW.checked_at) IS DISTINCT FROM (OLD.checker_id, OLD.checked_at))
        OR (OLD.releaser_id IS NOT NULL
            AND (NEW.releaser_id, NEW.released_at) IS DISTINCT FROM (OLD.releaser_id, OLD.released_at))
        OR (OLD.sent_at IS NOT NULL AND NEW.sent_at IS DISTINCT FROM OLD.sent_at) THEN
        PERFORM public.money_refuse('who checked and who released a batch never changes');
    END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY[
        'made>checked', 'made>void', 'checked>released', 'checked>void', 'released>sent', 'released>void',
        'sent>answered', 'sent>closed', 'sent>void', 'answered>closed', 'answered>void', 'closed>answered']) THEN
        PERFORM public.money_refuse(format('a batch does not go from %s to %s', OLD.state, NEW.state));
    END IF;
    IF NEW.state <> OLD.state AND NEW.state IN ('checked', 'released', 'sent') THEN
        SELECT count(*), coalesce(sum(amount_fen), 0) INTO v_count, v_total FROM public.cases_batchline
            WHERE batch_id = NEW.id AND included;
        IF (v_count, v_total) IS DISTINCT FROM (NEW.count::bigint, NEW.total_fen::numeric) THEN
            PERFORM public.money_refuse('number or total of the batch differs from its lines');
        END IF;
        IF EXISTS (SELECT 1 FROM public.cases_batchline l JOIN public.cases_payout p ON p.id = l.payout_id
                   WHERE l.batch_id = NEW.id AND l.included AND (
                       public.money_hold(p.id, p.case_id, p.not_before) IS NOT NULL
                       OR p.state <> 'in_batch'
                       OR public.money_handled(p.case_id, CASE NEW.state WHEN 'checked' THEN NEW.checker_id
                                                          ELSE NEW.releaser_id END)
                       OR NOT EXISTS (SELECT 1 FROM public.cases_payeeaccount a
                                      WHERE a.case_id = p.case_id AND a.replaced_at IS NULL
                                        AND a.confirmed_at IS NOT NULL AND a.account_key = l.account_key))) THEN
            PERFORM public.money_refuse('a line is held, its account changed, or its case was decided by the same person');
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER money_batch BEFORE INSERT OR UPDATE ON cases_paymentbatch FOR EACH ROW EXECUTE FUNCTION money_batch();

CREATE FUNCTION money_attempt() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    p public.cases_payout;
    l public.cases_batchline;
BEGIN
    SELECT * INTO p FROM public.cases_payout WHERE id = NEW.payout_id;
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO l FROM public.cases_batchline WHERE id = NEW.line_id;
        IF NEW.state <> 'made' OR l.payout_id <> p.id OR NOT l.included OR NEW.case_id <> p.case_id THEN
            PERFORM public.money_refuse('an attempt belongs to an included line of its payout');
        END IF;
        IF public.money_hold(p.id, p.case_id, p.not_before) IS NOT NULL THEN
            PERFORM public.money_refuse('not payable now: ' || public.money_hold(p.id, p.case_id, p.not_before));
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.payout_id, NEW.case_id, NEW.number, NEW.line_id, NEW.key)
        IS DISTINCT FROM (OLD.payout_id, OLD.case_id, OLD.number, OLD.line_id, OLD.key) THEN
        PERFORM public.money_refuse('an attempt keeps its number, line and key');
    END IF;
    IF NEW.state <> OLD.state THEN
        IF NOT (OLD.state || '>' || NEW.state) = ANY (ARRAY['made>sent', 'made>void', 'sent>paid', 'sent>failed',
            'sent>unknown', 'sent>void', 'unknown>paid', 'unknown>failed', 'unknown>void', 'paid>returned']) THEN
            PERFORM public.money_refuse(format('an attempt does not go from %s to %s', OLD.state, NEW.state));
        END IF;
        IF NEW.state = 'sent' AND NOT EXISTS (
            SELECT 1 FROM public.cases_batchline x JOIN public.cases_paymentbatch b ON b.id = x.batch_id
            WHERE x.id = NEW.line_id AND b.state = 'sent') THEN
            PERFORM public.money_refuse('an attempt is sent with its released batch');
        END IF;
        IF NEW.state = 'paid' AND NOT EXISTS (
            SELECT 1 FROM public.cases_ledgertransfer t WHERE t.id = NEW.key AND t.kind = 'post'
            AND t.pending_id = p.reservation_id AND t.amount_fen = p.amount_fen) THEN
            PERFORM public.money_refuse('paid without the posting that carries its key');
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER money_attempt BEFORE INSERT OR UPDATE ON cases_payoutattempt
    FOR EACH ROW EXECUTE FUNCTION money_attempt();

CREATE FUNCTION money_answer() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.accepted_by_id IS NOT NULL THEN
        PERFORM public.money_refuse('an answer is accepted by a second person, later');
    ELSIF TG_OP = 'UPDATE' AND (OLD.accepted_by_id IS NOT NULL
        OR (NEW.batch_id, NEW.sha256, NEW.is_refusal, NEW.reason, NEW.by_id, NEW.at)
        IS DISTINCT FROM (OLD.batch_id, OLD.sha256, OLD.is_refusal, OLD.reason, OLD.by_id, OLD.at)) THEN
        PERFORM public.money_refuse('an answer of the bank is never edited');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER money_answer BEFORE INSERT OR UPDATE ON cases_bankanswer FOR EACH ROW EXECUTE FUNCTION money_answer();

-- Batch numbers are drawn one after another, gaps allowed.
CREATE SEQUENCE cases_batch_number;

SELECT history_watch('cases_fund', 'fund', 'id');
SELECT history_watch('cases_ledgeraccount', 'fund', 'fund_id', 'debits_posted', 'credits_posted', 'debits_pending', 'credits_pending');
SELECT history_watch('cases_ledgertransfer', 'case', 'case_id');
SELECT history_watch('cases_payout', 'case', 'case_id');
SELECT history_watch('cases_payoutattempt', 'case', 'case_id');
SELECT history_watch('cases_paymentbatch', 'batch', 'id');
SELECT history_watch('cases_batchline', 'batch', 'batch_id');
SELECT history_watch('cases_bankanswer', 'batch', 'batch_id');
SELECT history_watch('cases_bankanswerline', 'answer', 'answer_id');
SELECT history_watch('cases_differencefinding', 'config', '');
SELECT history_append_only('cases_ledgertransfer');
SELECT history_append_only('cases_batchline');
SELECT history_append_only('cases_bankanswerline');
SELECT history_append_only('cases_differencefinding');
SELECT history_append_only('cases_pastgrant');
SELECT history_append_only('cases_pastgrantimport');
SELECT history_watch('cases_pastgrantimport', 'config', '');
