-- Keys of subjects: made by one function, destroyed by one function that asks for two people, and never brought back.

-- As in history.sql, for values sealed under the installation's key and under a subject's.
CREATE OR REPLACE FUNCTION history_sanitise(r jsonb, p_skip text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(key, CASE
        WHEN jsonb_typeof(value) = 'string' AND value #>> '{}' ~ '^s[12]\.' THEN to_jsonb('commitment:' || split_part(value #>> '{}', '.', 4))
        WHEN '#' || key = ANY (p_skip) THEN to_jsonb('digest:' || encode(sha256(convert_to(value #>> '{}', 'UTF8')), 'hex'))
        ELSE value END), '{}'::jsonb)
    FROM jsonb_each(r) WHERE NOT key = ANY (p_skip)
$$;

-- A key is wrapped anew, set aside or taken back from there, or destroyed; what is destroyed stays so. No key material goes to history.
CREATE FUNCTION subject_key_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR OLD.destroyed_at IS NOT NULL OR (NEW.subject, NEW.made_at) IS DISTINCT FROM (OLD.subject, OLD.made_at) THEN
        RAISE EXCEPTION 'the key of a subject is destroyed once, and never removed or brought back'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'subject_key_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER subject_key_stands BEFORE UPDATE OR DELETE ON cases_subjectkey FOR EACH ROW EXECUTE FUNCTION subject_key_stands();
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON cases_subjectkey FOR EACH STATEMENT EXECUTE FUNCTION history_refuse();
ALTER TABLE cases_subjectkey ENABLE ALWAYS TRIGGER subject_key_stands;
ALTER TABLE cases_subjectkey ENABLE ALWAYS TRIGGER no_truncate;

SELECT history_watch('cases_privacyrequest', 'case', 'case_id');
SELECT history_watch('cases_privacyhold', 'case', 'case_id');

-- The keys of these subjects, made where there are none; `told` is what may be unwrapped, or why it may not be used.
CREATE FUNCTION privacy_keys(p_subjects text[], p_kids text[], p_wrapped text[]) RETURNS TABLE (subject text, told text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.cases_subjectkey (subject, kid, wrapped, made_at)
    SELECT t.s, t.k, t.w, public.relief_now() FROM unnest(p_subjects, p_kids, p_wrapped) AS t (s, k, w)
    WHERE NOT EXISTS (SELECT FROM public.cases_subjectkey h WHERE h.subject = t.s)
    ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT h.subject::text, CASE WHEN h.destroyed_at IS NOT NULL THEN 'erased'
            WHEN h.restricted_at IS NOT NULL THEN 'restricted' ELSE h.kid || '.' || h.wrapped END
        FROM public.cases_subjectkey h WHERE h.subject = ANY (p_subjects);
END $$;

-- What keeps a case that this room knows nothing of; the rooms above put theirs here.
CREATE FUNCTION privacy_held_above(p_case bigint) RETURNS SETOF text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$ SELECT NULL::text WHERE false $$;

-- What keeps the data of a case, and until when: an open case and unpaid money stop an erasure; the others leave the data in
-- storage only. Vouchers are kept 30 years (会计档案管理办法), counted from the year after the payment.
CREATE FUNCTION privacy_holds(p_case bigint) RETURNS TABLE (code text, until date) LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'open', NULL::date FROM public.cases_case WHERE id = p_case AND submitted_at IS NOT NULL AND closed_at IS NULL
    UNION ALL SELECT 'unpaid', NULL WHERE EXISTS (
        SELECT FROM public.cases_payout WHERE case_id = p_case AND state NOT IN ('paid', 'void'))
    UNION ALL SELECT 'objection', NULL WHERE EXISTS (SELECT FROM public.cases_objection WHERE case_id = p_case AND state = 'open')
    UNION ALL SELECT code, NULL FROM public.privacy_held_above(p_case) AS t (code)
    UNION ALL SELECT h.kind, max(h.until) FROM public.cases_privacyhold h
        WHERE h.case_id = p_case AND h.ended_at IS NULL AND h.until >= (public.relief_now() AT TIME ZONE 'Asia/Shanghai')::date
        GROUP BY h.kind
    UNION ALL SELECT 'voucher', v.until FROM (
        SELECT make_date(extract(year FROM max(paid_on))::int + 31, 1, 1) - 1 AS until
        FROM public.cases_payout WHERE case_id = p_case AND paid_on IS NOT NULL) v
        WHERE v.until >= (public.relief_now() AT TIME ZONE 'Asia/Shanghai')::date
$$;

-- Whose keys fall with a case: its own, the one of its money, of its registration for a screening, and of the patient when
-- every other case of that person is erased already. `part` money is what vouchers keep.
CREATE FUNCTION privacy_subjects(p_case bigint) RETURNS TABLE (subject text, part text) LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'case:' || p_case, 'case'
    UNION ALL SELECT 'money:' || p_case, 'money'
    UNION ALL SELECT 'registration:' || replace(token::text, '-', ''), 'case' FROM public.cases_registration WHERE case_id = p_case
    UNION ALL SELECT 'person:' || replace(p.subject::text, '-', ''), 'case' FROM public.cases_person p
        JOIN public.cases_case c ON c.patient_id = p.id AND c.id = p_case
        WHERE NOT EXISTS (SELECT FROM public.cases_case o WHERE o.patient_id = p.id AND o.id <> p_case AND NOT EXISTS (
            SELECT FROM public.cases_subjectkey k WHERE k.subject = 'case:' || o.id AND k.destroyed_at IS NOT NULL))
$$;

-- As in screening.sql; whoever was erased is found by no key any more, and nothing else of the row changes.
CREATE OR REPLACE FUNCTION registration_as_given() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_free text[] := ARRAY['session_id', 'phone', 'phone_key', 'case_id'];
BEGIN
    IF NEW.id_key = 'erased:' || OLD.id AND NEW.name_key = '' AND EXISTS (SELECT FROM public.cases_subjectkey k
        WHERE k.subject = 'registration:' || replace(OLD.token::text, '-', '') AND k.destroyed_at IS NOT NULL) THEN
        v_free := v_free || ARRAY['id_key', 'name_key'];
    END IF;
    IF (to_jsonb(NEW) - v_free) IS DISTINCT FROM (to_jsonb(OLD) - v_free) THEN
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

CREATE FUNCTION privacy_told(p_case bigint, p_action text, p_subject text, p_request bigint) RETURNS void LANGUAGE sql
SET search_path = pg_catalog, pg_temp AS $$
    SELECT public.history_append('case', p_case::text, p_action, 'ok', 'cases_subjectkey', p_subject,
        jsonb_build_object('request', p_request)::text, NULL, NULL,
        nullif(current_setting('relief.actor', true), '')::bigint,
        coalesce(nullif(current_setting('relief.actor_kind', true), ''), 'database'),
        nullif(current_setting('relief.role', true), ''), nullif(current_setting('relief.office', true), ''),
        NULL, nullif(current_setting('relief.request', true), ''))
$$;

-- Storage only (限制处理): the keys of a case are set aside, or those of its money alone; each leaves an entry in its chain.
CREATE FUNCTION privacy_restrict(p_request bigint, p_part text) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r public.cases_privacyrequest;
    v record;
    v_count int := 0;
BEGIN
    SELECT * INTO r FROM public.cases_privacyrequest WHERE id = p_request;
    IF r.kind IS DISTINCT FROM 'erasure' OR r.proposed_by_id IS NULL OR r.state = 'refused'
        OR EXISTS (SELECT FROM public.privacy_holds(r.case_id) h WHERE h.code IN ('open', 'unpaid'))
        OR NOT EXISTS (SELECT FROM public.privacy_holds(r.case_id)) THEN
        RAISE EXCEPTION 'only what the law keeps is set aside, on a request that an officer has taken up'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'restriction_needs_a_hold';
    END IF;
    FOR v IN UPDATE public.cases_subjectkey k SET restricted_at = public.relief_now(), basis = p_request
        FROM public.privacy_subjects(r.case_id) s
        WHERE k.subject = s.subject AND (p_part = 'all' OR s.part = p_part) AND k.destroyed_at IS NULL AND k.restricted_at IS NULL
        RETURNING k.subject
    LOOP
        PERFORM public.privacy_told(r.case_id, 'key.restricted', v.subject, p_request);
        v_count := v_count + 1;
    END LOOP;
    RETURN v_count;
END $$;

-- By what could whoever was erased be found? Keyed digests and search marks go where the key is destroyed; answers how many.
CREATE FUNCTION privacy_forget(p_case bigint) RETURNS int LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_marks int := 0;
    v_rows int;
BEGIN
    IF NOT EXISTS (SELECT FROM public.cases_subjectkey WHERE subject = 'case:' || p_case AND destroyed_at IS NOT NULL) THEN
        RETURN 0;
    END IF;
    DELETE FROM public.cases_casetrace WHERE case_id = p_case;
    GET DIAGNOSTICS v_rows = ROW_COUNT; v_marks := v_marks + v_rows;
    UPDATE public.cases_case SET patient_key = '', contact_key = '', paper_code_key = '', masked_name = '已删除'
        WHERE id = p_case AND masked_name <> '已删除';
    GET DIAGNOSTICS v_rows = ROW_COUNT; v_marks := v_marks + 3 * v_rows;
    UPDATE public.cases_registration r SET id_key = 'erased:' || r.id, name_key = '', phone_key = NULL
        FROM public.cases_subjectkey k WHERE r.case_id = p_case AND r.id_key NOT LIKE 'erased:%'
        AND k.subject = 'registration:' || replace(r.token::text, '-', '') AND k.destroyed_at IS NOT NULL;
    GET DIAGNOSTICS v_rows = ROW_COUNT; v_marks := v_marks + 3 * v_rows;
    UPDATE public.cases_person p SET id_key = 'erased:' || p.id, name_key = '', phone_key = NULL
        FROM public.cases_case c, public.cases_subjectkey k
        WHERE c.id = p_case AND c.patient_id = p.id AND p.id_key NOT LIKE 'erased:%'
        AND k.subject = 'person:' || replace(p.subject::text, '-', '') AND k.destroyed_at IS NOT NULL;
    GET DIAGNOSTICS v_rows = ROW_COUNT; v_marks := v_marks + 3 * v_rows;
    RETURN v_marks;
END $$;

-- Data of a backup under newer keys: who was erased in between is erased in them too, and their history says so.
CREATE FUNCTION privacy_after_restore() RETURNS int LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v record;
    v_count int := 0;
BEGIN
    FOR v IN SELECT c.id, s.subject, k.basis FROM public.cases_subjectkey own
        JOIN public.cases_case c ON own.subject = 'case:' || c.id AND own.destroyed_at IS NOT NULL
        CROSS JOIN LATERAL public.privacy_subjects(c.id) s
        JOIN public.cases_subjectkey k ON k.subject = s.subject AND k.destroyed_at IS NOT NULL
        WHERE NOT EXISTS (SELECT FROM public.cases_event e
            WHERE e.object_type = 'cases_subjectkey' AND e.object_id = s.subject AND e.action = 'key.destroyed')
    LOOP
        PERFORM public.privacy_told(v.id, 'key.destroyed', v.subject, v.basis);
        PERFORM public.privacy_forget(v.id);
        v_count := v_count + 1;
    END LOOP;
    RETURN v_count;
END $$;

-- Erasure (删除): the keys of the subjects of a case, and the keys it could be found by. Of a case that vouchers keep the money
-- stays, set aside. Refused without two different people, for a case that is open or unpaid, and while it is held.
CREATE FUNCTION privacy_erase(p_request bigint) RETURNS jsonb LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    r public.cases_privacyrequest;
    v record;
    v_keeps_money boolean;
    v_keys int := 0;
    v_marks int;
BEGIN
    SELECT * INTO r FROM public.cases_privacyrequest WHERE id = p_request FOR UPDATE;
    IF r.kind IS DISTINCT FROM 'erasure' OR r.state = 'refused' OR r.proposed_by_id IS NULL OR r.confirmed_by_id IS NULL
        OR r.proposed_by_id = r.confirmed_by_id OR r.asked_by_id IN (r.proposed_by_id, r.confirmed_by_id)
        OR r.confirmed_by_id IS DISTINCT FROM nullif(current_setting('relief.actor', true), '')::bigint THEN
        RAISE EXCEPTION 'an erasure is asked for, proposed by one person and confirmed by another, who does it'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'erasure_by_two_people';
    END IF;
    IF EXISTS (SELECT FROM public.privacy_holds(r.case_id) h WHERE h.code <> 'voucher') THEN
        RAISE EXCEPTION 'what is held is not erased' USING ERRCODE = 'check_violation', CONSTRAINT = 'erasure_held';
    END IF;
    v_keeps_money := EXISTS (SELECT FROM public.privacy_holds(r.case_id));
    IF v_keeps_money THEN PERFORM public.privacy_restrict(p_request, 'money'); END IF;
    FOR v IN UPDATE public.cases_subjectkey k
        SET wrapped = NULL, destroyed_at = public.relief_now(), restricted_at = NULL, basis = p_request
        FROM public.privacy_subjects(r.case_id) s
        WHERE k.subject = s.subject AND k.destroyed_at IS NULL AND NOT (v_keeps_money AND s.part = 'money')
        RETURNING k.subject
    LOOP
        PERFORM public.privacy_told(r.case_id, 'key.destroyed', v.subject, p_request);
        v_keys := v_keys + 1;
    END LOOP;
    v_marks := public.privacy_forget(r.case_id);
    RETURN jsonb_build_object('keys', v_keys, 'marks', v_marks, 'money_kept', v_keeps_money);
END $$;

-- Another installation key: the same data keys, wrapped anew by who holds both; a destroyed key stays destroyed.
CREATE FUNCTION privacy_rewrap(p_subject text, p_old text, p_kid text, p_wrapped text) RETURNS boolean LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.cases_subjectkey SET kid = p_kid, wrapped = p_wrapped WHERE subject = p_subject AND wrapped = p_old;
    RETURN FOUND;
END $$;

REVOKE ALL ON FUNCTION privacy_keys, privacy_erase, privacy_restrict, privacy_told, privacy_rewrap, privacy_forget, privacy_after_restore FROM PUBLIC;
