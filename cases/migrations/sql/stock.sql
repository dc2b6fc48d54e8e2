-- Devices: a move is written once, goes only the ways it may, and the row of the device follows from it alone.

CREATE FUNCTION stock_refuse(p_what text, p_guard text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'stock: %', p_what USING ERRCODE = 'check_violation', CONSTRAINT = p_guard;
END $$;

-- before>kind>after, as in cases/stock/rules.py
CREATE FUNCTION stock_after(p_before text, p_kind text) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT split_part(way, '>', 3) FROM unnest(ARRAY[
        'new>in>in',
        'in>reserved>reserved', 'in>transferred>in', 'in>scrapped>scrapped', 'in>lost>lost',
        'reserved>released>in', 'reserved>issued>issued', 'reserved>delivered>delivered', 'reserved>lost>lost',
        'issued>transferred>issued', 'issued>delivered>delivered', 'issued>returned>returned', 'issued>lost>lost',
        'delivered>returned>returned', 'delivered>lost>lost',
        'returned>inspected>in', 'returned>scrapped>scrapped', 'returned>lost>lost',
        'lost>found>returned']) AS way
    WHERE way LIKE p_before || '>' || p_kind || '>%'
$$;

CREATE FUNCTION stock_move() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    d public.cases_device;
    h public.cases_handover;
    v_after text;
BEGIN
    SELECT * INTO d FROM public.cases_device WHERE id = NEW.device_id FOR NO KEY UPDATE;
    v_after := public.stock_after(d.state, NEW.kind);
    IF v_after IS NULL THEN
        PERFORM public.stock_refuse(format('a device that is %s is not %s', d.state, NEW.kind), 'device_way');
    END IF;
    NEW.number := d.moves_made + 1;
    NEW.before := d.state;
    NEW.from_place_id := d.place_id;
    NEW.at := public.relief_now();
    IF NEW.happened_on > (NEW.at AT TIME ZONE 'Asia/Shanghai')::date THEN
        PERFORM public.stock_refuse('a move happens today or before', 'device_move_day');
    END IF;
    IF NEW.kind = 'reserved' THEN
        IF NEW.case_id IS NULL OR NEW.part = '' THEN
            PERFORM public.stock_refuse('a device is reserved for a part of a person', 'device_for_whom');
        END IF;
    ELSE  -- whom it was for stays in the move that ends it
        NEW.case_id := d.case_id;
        NEW.part := d.part;
    END IF;
    IF NEW.kind IN ('issued', 'transferred') THEN
        SELECT * INTO h FROM public.cases_handover WHERE id = NEW.handover_id;
        IF h.id IS NULL OR h.received_at IS NULL OR h.from_place_id <> d.place_id OR h.to_place_id <> NEW.to_place_id
            OR (NEW.by_id, NEW.received_by_id) IS DISTINCT FROM (h.sent_by_id, h.received_by_id)
            OR NOT EXISTS (SELECT 1 FROM public.cases_handoverline WHERE handover_id = h.id AND device_id = d.id) THEN
            PERFORM public.stock_refuse('a device changes its place by a hand-over that both have signed', 'device_handed_over');
        END IF;
    ELSIF NEW.kind = 'in' OR NEW.kind = 'returned' OR NEW.kind = 'found' THEN
        IF NEW.to_place_id IS NULL THEN
            PERFORM public.stock_refuse('a device that comes in lies somewhere', 'device_somewhere');
        END IF;
    ELSIF NEW.kind IN ('delivered', 'scrapped', 'lost') THEN
        NEW.to_place_id := NULL;
    ELSE
        NEW.to_place_id := d.place_id;
    END IF;
    IF d.state = 'reserved' AND NEW.kind = 'delivered' AND NOT EXISTS (
        SELECT 1 FROM public.cases_office WHERE id = d.place_id AND kind = 'fitting') THEN
        PERFORM public.stock_refuse('a device is issued before it is delivered', 'device_way');
    END IF;
    UPDATE public.cases_device SET state = v_after, place_id = NEW.to_place_id, moves_made = NEW.number,
        case_id = CASE WHEN v_after IN ('reserved', 'issued', 'delivered') THEN NEW.case_id END,
        part = CASE WHEN v_after IN ('reserved', 'issued', 'delivered') THEN NEW.part ELSE '' END
        WHERE id = d.id;
    RETURN NEW;
END $$;
CREATE TRIGGER stock_move BEFORE INSERT ON cases_devicemove FOR EACH ROW EXECUTE FUNCTION stock_move();

CREATE FUNCTION stock_device() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'new' OR NEW.moves_made <> 0 OR NEW.place_id IS NOT NULL OR NEW.case_id IS NOT NULL THEN
            PERFORM public.stock_refuse('a device begins before its first move', 'device_begins');
        END IF;
    ELSIF pg_trigger_depth() < 2 THEN
        PERFORM public.stock_refuse('a device is moved by its ledger alone', 'device_by_ledger');
    ELSIF (NEW.serial, NEW.model_id, NEW.arrival_id, NEW.batch, NEW.source, NEW.unit_value, NEW.warranty_until)
        IS DISTINCT FROM (OLD.serial, OLD.model_id, OLD.arrival_id, OLD.batch, OLD.source, OLD.unit_value, OLD.warranty_until) THEN
        PERFORM public.stock_refuse('serial, model, source and value of a device never change', 'device_stays');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stock_device BEFORE INSERT OR UPDATE ON cases_device FOR EACH ROW EXECUTE FUNCTION stock_device();

CREATE FUNCTION stock_handover() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.received_by_id IS NOT NULL OR NEW.cancelled_at IS NOT NULL THEN
            PERFORM public.stock_refuse('a hand-over begins with its sender alone', 'handover_begins');
        END IF;
    ELSIF OLD.received_at IS NOT NULL OR OLD.cancelled_at IS NOT NULL
        OR (NEW.number, NEW.from_place_id, NEW.to_place_id, NEW.count, NEW.sent_by_id, NEW.sent_at)
        IS DISTINCT FROM (OLD.number, OLD.from_place_id, OLD.to_place_id, OLD.count, OLD.sent_by_id, OLD.sent_at) THEN
        PERFORM public.stock_refuse('a hand-over is signed once and never edited', 'handover_signed');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stock_handover BEFORE INSERT OR UPDATE ON cases_handover FOR EACH ROW EXECUTE FUNCTION stock_handover();

CREATE SEQUENCE cases_handover_number;

-- The fee for fitting (验配费): the sum of the policy for each device that the person keeps, once each passed its check.
CREATE FUNCTION stock_fee() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_policy bigint;
    v_kept bigint;
    v_passed bigint;
BEGIN
    SELECT policy_id INTO v_policy FROM public.cases_case WHERE id = NEW.case_id;
    SELECT count(*) INTO v_kept FROM public.cases_fitting WHERE case_id = NEW.case_id AND state = 'fitted';
    SELECT count(*) INTO v_passed FROM public.cases_fitting f JOIN public.cases_fittingcheck c ON c.fitting_id = f.id
        WHERE f.case_id = NEW.case_id AND f.state = 'fitted' AND c.done_on IS NOT NULL
          AND c.day = (public.policy_says(v_policy, 'days', 'fit_check_2') ->> 'days')::integer;
    IF v_kept = 0 OR v_passed <> v_kept THEN
        PERFORM public.stock_refuse('a fee is for devices that passed the check and are kept', 'fee_earned');
    END IF;
    IF NEW.amount IS DISTINCT FROM
        v_kept * (public.policy_says(v_policy, 'eligibility', 'fitting_fee') ->> 'amount')::numeric THEN
        PERFORM public.stock_refuse('a fee is the sum of the policy for each device', 'fee_by_policy');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stock_fee BEFORE INSERT ON cases_payout FOR EACH ROW WHEN (NEW.kind = 'fee') EXECUTE FUNCTION stock_fee();

SELECT history_watch('cases_devicemodel', 'config', '');
SELECT history_watch('cases_devicearrival', 'config', '');
SELECT history_watch('cases_device', 'device', 'id');
SELECT history_watch('cases_devicemove', 'device', 'device_id');
SELECT history_watch('cases_handover', 'handover', 'id');
SELECT history_watch('cases_handoverline', 'handover', 'handover_id');
SELECT history_watch('cases_stockcount', 'config', '');
SELECT history_watch('cases_stockdifference', 'config', '');
SELECT history_append_only('cases_devicearrival');
SELECT history_append_only('cases_devicemove');
SELECT history_append_only('cases_stockcount');
SELECT history_append_only('cases_stockdifference');
SELECT history_watch('cases_referral', 'case', 'case_id');
SELECT history_watch('cases_audiogram', 'case', 'case_id');
SELECT history_watch('cases_waiting', 'case', 'case_id');
SELECT history_watch('cases_fitting', 'case', 'case_id');
SELECT history_watch('cases_fittingcheck', 'case', 'fitting_id:cases_fitting');
SELECT history_append_only('cases_audiogram');
