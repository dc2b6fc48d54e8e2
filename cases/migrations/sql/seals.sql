-- Seals: each entry waits in a queue until the sealer makes it a leaf; leaves, roots and receipts are never changed.

-- The two doors of history, as in history.sql, and at their end one row for the queue.
CREATE OR REPLACE FUNCTION history_append(
    p_kind text, p_key text, p_action text, p_outcome text, p_object_type text, p_object_id text,
    p_payload text, p_happened_on date, p_purpose text,
    p_actor bigint, p_actor_kind text, p_role text, p_office text, p_on_behalf bigint, p_request text
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e public.cases_event;
    v_stream bigint;
    v_seq bigint;
    v_head bytea;
BEGIN
    IF p_payload IS NULL OR octet_length(p_payload) > 60000 OR (p_payload::jsonb) IS NULL THEN
        RAISE EXCEPTION 'history payload must be JSON of at most 60000 bytes' USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO public.cases_stream (kind, key) VALUES (p_kind, p_key) ON CONFLICT (kind, key) DO NOTHING RETURNING id INTO v_stream;
    IF v_stream IS NOT NULL THEN
        INSERT INTO public.cases_streamhead (stream_id, seq, hash) VALUES (v_stream, 0, '\x'::bytea);
    ELSE
        SELECT id INTO v_stream FROM public.cases_stream WHERE kind = p_kind AND key = p_key;
    END IF;
    SELECT seq, hash INTO v_seq, v_head FROM public.cases_streamhead WHERE stream_id = v_stream FOR NO KEY UPDATE;
    e.stream_id := v_stream;
    e.seq := v_seq + 1;
    e.enc := 1;
    e.recorded_at := public.relief_now();
    e.happened_on := coalesce(p_happened_on, (e.recorded_at AT TIME ZONE 'Asia/Shanghai')::date);
    IF e.happened_on > (e.recorded_at AT TIME ZONE 'Asia/Shanghai')::date THEN
        RAISE EXCEPTION 'happened_on is later than the day of recording' USING ERRCODE = 'check_violation';
    END IF;
    e.action := p_action;
    e.outcome := p_outcome;
    e.actor := p_actor;
    e.actor_kind := coalesce(p_actor_kind, 'unknown');
    e.acting_role := p_role;
    e.acting_office := p_office;
    e.on_behalf_of := p_on_behalf;
    e.object_type := p_object_type;
    e.object_id := p_object_id;
    e.purpose := p_purpose;
    e.request_id := p_request;
    e.db_user := session_user;
    e.txid := pg_current_xact_id()::text;
    e.payload := p_payload;
    e.nonce := uuid_send(gen_random_uuid());
    e.prev := v_head;
    e.hash := public.history_event_hash(e);
    INSERT INTO public.cases_event (stream_id, seq, enc, recorded_at, happened_on, action, outcome, actor, actor_kind,
        acting_role, acting_office, on_behalf_of, object_type, object_id, purpose, request_id, db_user, txid, payload,
        nonce, prev, hash)
    VALUES (e.stream_id, e.seq, e.enc, e.recorded_at, e.happened_on, e.action, e.outcome, e.actor, e.actor_kind,
        e.acting_role, e.acting_office, e.on_behalf_of, e.object_type, e.object_id, e.purpose, e.request_id, e.db_user,
        e.txid, e.payload, e.nonce, e.prev, e.hash) RETURNING id INTO e.id;
    UPDATE public.cases_streamhead SET seq = e.seq, hash = e.hash WHERE stream_id = v_stream;
    INSERT INTO public.cases_pending (src, ref) VALUES (1, e.id);
    RETURN e.id;
END $$;

CREATE OR REPLACE FUNCTION history_access(
    p_action text, p_object_type text, p_object_id text, p_case bigint, p_fields text, p_purpose text,
    p_actor bigint, p_role text, p_office text, p_request text
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    a public.cases_access;
BEGIN
    a.recorded_at := public.relief_now();
    a.nonce := uuid_send(gen_random_uuid());
    a.hash := sha256('\x00'::bytea || int2send(1::int2)
        || public.history_field(public.history_time(a.recorded_at)) || public.history_field(p_actor::text)
        || public.history_field(p_role) || public.history_field(p_office) || public.history_field(p_action)
        || public.history_field(p_object_type) || public.history_field(p_object_id)
        || public.history_field(p_case::text) || public.history_field(p_fields) || public.history_field(p_purpose)
        || public.history_field(p_request) || public.history_field(encode(a.nonce, 'hex')));
    INSERT INTO public.cases_access (recorded_at, actor, acting_role, acting_office, action, object_type, object_id,
        case_id, fields, purpose, request_id, nonce, hash)
    VALUES (a.recorded_at, p_actor, p_role, p_office, p_action, p_object_type, p_object_id, p_case, p_fields,
        p_purpose, p_request, a.nonce, a.hash) RETURNING id INTO a.id;
    INSERT INTO public.cases_pending (src, ref) VALUES (2, a.id);
    RETURN a.id;
END $$;

-- The hash that a look must have, as history_access() made it.
CREATE FUNCTION history_access_hash(a public.cases_access) RETURNS bytea LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256('\x00'::bytea || int2send(1::int2)
        || public.history_field(public.history_time(a.recorded_at)) || public.history_field(a.actor::text)
        || public.history_field(a.acting_role) || public.history_field(a.acting_office) || public.history_field(a.action)
        || public.history_field(a.object_type) || public.history_field(a.object_id)
        || public.history_field(a.case_id::text) || public.history_field(a.fields) || public.history_field(a.purpose)
        || public.history_field(a.request_id) || public.history_field(encode(a.nonce, 'hex')))
$$;

-- What was there before there was a sealer waits first, in the order of time.
INSERT INTO cases_pending (src, ref)
SELECT src, id FROM (SELECT 1 AS src, id, recorded_at FROM cases_event UNION ALL SELECT 2, id, recorded_at FROM cases_access) all_of_it
ORDER BY recorded_at, src, id;

-- The queue is always nearly empty and always written: it is cleaned by what goes through it, not by its size.
ALTER TABLE cases_pending SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
    autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000, autovacuum_vacuum_insert_threshold = -1);

SELECT history_append_only('cases_leaf');
SELECT history_append_only('cases_tile');
SELECT history_append_only('cases_checkpoint');
SELECT history_append_only('cases_witnessreceipt');
SELECT history_watch('cases_witness', 'config', '');

-- A key stands as it was entered; once, the size is written at which it ended.
CREATE FUNCTION seal_key_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.valid_to_size IS NOT NULL OR NEW.valid_to_size IS NULL OR NEW.valid_to_size < OLD.valid_from_size - 1
        OR (NEW.kid, NEW.public_key, NEW.valid_from_size, NEW.reason)
            IS DISTINCT FROM (OLD.kid, OLD.public_key, OLD.valid_from_size, OLD.reason) THEN
        RAISE EXCEPTION 'a seal key is only ever ended, once' USING ERRCODE = 'check_violation', CONSTRAINT = 'seal_key_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER seal_key_stands BEFORE UPDATE OR DELETE ON cases_sealkey FOR EACH ROW EXECUTE FUNCTION seal_key_stands();
ALTER TABLE cases_sealkey ENABLE ALWAYS TRIGGER seal_key_stands;

-- A witness keeps its name and its key; once, the time is written at which it ended.
CREATE FUNCTION witness_stands() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL
        OR (NEW.id, NEW.name, NEW.public_key, NEW.added_at) IS DISTINCT FROM (OLD.id, OLD.name, OLD.public_key, OLD.added_at) THEN
        RAISE EXCEPTION 'a witness is only ever ended, once' USING ERRCODE = 'check_violation', CONSTRAINT = 'witness_stands';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER witness_stands BEFORE UPDATE OR DELETE ON cases_witness FOR EACH ROW EXECUTE FUNCTION witness_stands();
ALTER TABLE cases_witness ENABLE ALWAYS TRIGGER witness_stands;
