-- History: one chain a stream, written by history_append() alone; the application role owns none of it.
-- seals.sql puts history_append and history_access of its own in their place, which queue each entry for the sealer, and
-- privacy.sql history_sanitise: read them there as they are now.

CREATE FUNCTION history_field(v text) RETURNS bytea LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN v IS NULL THEN int4send(-1)
           ELSE int4send(octet_length(convert_to(v, 'UTF8'))) || convert_to(v, 'UTF8') END
$$;

CREATE FUNCTION history_time(v timestamptz) RETURNS text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT to_char(v AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;

-- RFC 6962 leaf hash of the entry: 0x00, encoding version, then each field as length and UTF-8 bytes.
CREATE FUNCTION history_event_hash(e public.cases_event) RETURNS bytea LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256('\x00'::bytea || int2send(e.enc)
        || public.history_field(e.stream_id::text) || public.history_field(e.seq::text)
        || public.history_field(public.history_time(e.recorded_at)) || public.history_field(to_char(e.happened_on, 'YYYY-MM-DD'))
        || public.history_field(e.action) || public.history_field(e.outcome)
        || public.history_field(e.actor::text) || public.history_field(e.actor_kind)
        || public.history_field(e.acting_role) || public.history_field(e.acting_office)
        || public.history_field(e.on_behalf_of::text)
        || public.history_field(e.object_type) || public.history_field(e.object_id)
        || public.history_field(e.purpose) || public.history_field(e.request_id)
        || public.history_field(e.db_user) || public.history_field(e.txid)
        || public.history_field(e.payload)
        || public.history_field(encode(e.nonce, 'hex')) || public.history_field(encode(e.prev, 'hex')))
$$;

CREATE FUNCTION history_append(
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
    RETURN e.id;
END $$;

-- Who looked: no chain (a read must not lock a case); each row carries its own hash.
CREATE FUNCTION history_access(
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
    RETURN a.id;
END $$;

-- Append only, for everybody: ENABLE ALWAYS holds under session_replication_role = replica too.
CREATE FUNCTION history_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION history_append_only(p_table text) RETURNS void LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON public.%I FOR EACH ROW EXECUTE FUNCTION public.history_refuse()', p_table);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON public.%I FOR EACH STATEMENT EXECUTE FUNCTION public.history_refuse()', p_table);
    EXECUTE format('ALTER TABLE public.%I ENABLE ALWAYS TRIGGER append_only', p_table);
    EXECUTE format('ALTER TABLE public.%I ENABLE ALWAYS TRIGGER no_truncate', p_table);
END $$;

SELECT history_append_only('cases_event');
SELECT history_append_only('cases_access');

-- Row changes: any write by any path leaves a row in the same chain. Sealed values appear as their commitments. A column
-- named `#x` among those to leave out appears as a digest: a password or second factor is salted, so that the digest tells
-- that it was changed and nothing else.
CREATE FUNCTION history_sanitise(r jsonb, p_skip text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_object_agg(key, CASE
        WHEN jsonb_typeof(value) = 'string' AND value #>> '{}' LIKE 's1.%' THEN to_jsonb('commitment:' || split_part(value #>> '{}', '.', 4))
        WHEN '#' || key = ANY (p_skip) THEN to_jsonb('digest:' || encode(sha256(convert_to(value #>> '{}', 'UTF8')), 'hex'))
        ELSE value END), '{}'::jsonb)
    FROM jsonb_each(r) WHERE NOT key = ANY (p_skip)
$$;

-- Arguments: stream kind, column that holds the stream key, then columns to leave out (or `#column`). A key `x_id:table` is the case_id of
-- that parent row. Times are written in UTC, whatever the session says, so that a row can be compared with its history.
CREATE FUNCTION history_row_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    v_old jsonb;
    v_new jsonb;
    v_row jsonb;
    v_skip text[] := coalesce(TG_ARGV[2:TG_NARGS - 1], '{}');
    v_key text;
    v_payload jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN v_old := public.history_sanitise(to_jsonb(OLD), v_skip); END IF;
    IF TG_OP <> 'DELETE' THEN v_new := public.history_sanitise(to_jsonb(NEW), v_skip); END IF;
    IF TG_OP = 'UPDATE' THEN
        IF v_old = v_new THEN RETURN NULL; END IF;
        SELECT jsonb_object_agg(key, jsonb_build_array(v_old -> key, value)) INTO v_payload
        FROM jsonb_each(v_new) WHERE value IS DISTINCT FROM v_old -> key;
    ELSE
        v_payload := coalesce(v_new, v_old);
    END IF;
    v_row := coalesce(v_new, v_old);
    IF TG_ARGV[1] LIKE '%:%' THEN
        EXECUTE format('SELECT case_id::text FROM public.%I WHERE id = $1', split_part(TG_ARGV[1], ':', 2))
            INTO v_key USING (v_row ->> split_part(TG_ARGV[1], ':', 1))::bigint;
    ELSIF TG_ARGV[1] <> '' THEN
        v_key := v_row ->> TG_ARGV[1];
    ELSE
        v_key := 'all';
    END IF;
    v_key := coalesce(v_key, 'none');
    PERFORM public.history_append(
        TG_ARGV[0], v_key, 'row.' || lower(TG_OP), 'ok', TG_TABLE_NAME::text,
        coalesce(v_row ->> 'id', v_row ->> 'code', v_row ->> 'case_id'), v_payload::text, NULL, NULL,
        nullif(current_setting('relief.actor', true), '')::bigint,
        coalesce(nullif(current_setting('relief.actor_kind', true), ''), 'database'),
        nullif(current_setting('relief.role', true), ''), nullif(current_setting('relief.office', true), ''),
        NULL, nullif(current_setting('relief.request', true), ''));
    RETURN NULL;
END $$;

CREATE FUNCTION history_truncated() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM public.history_append('config', 'all', 'row.truncate', 'ok', TG_TABLE_NAME::text, NULL, '{}', NULL, NULL,
        NULL, 'database', NULL, NULL, NULL, NULL);
    RETURN NULL;
END $$;

CREATE FUNCTION history_watch(p_table text, p_kind text, p_key text, VARIADIC p_skip text[] DEFAULT '{}') RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_args text := quote_literal(p_kind) || ', ' || quote_literal(p_key); v text;
BEGIN
    FOREACH v IN ARRAY p_skip LOOP v_args := v_args || ', ' || quote_literal(v); END LOOP;
    EXECUTE format('CREATE TRIGGER row_history AFTER INSERT OR UPDATE OR DELETE ON public.%I FOR EACH ROW EXECUTE FUNCTION public.history_row_change(%s)', p_table, v_args);
    EXECUTE format('CREATE TRIGGER truncate_history AFTER TRUNCATE ON public.%I FOR EACH STATEMENT EXECUTE FUNCTION public.history_truncated()', p_table);
    EXECUTE format('ALTER TABLE public.%I ENABLE ALWAYS TRIGGER row_history', p_table);
    EXECUTE format('ALTER TABLE public.%I ENABLE ALWAYS TRIGGER truncate_history', p_table);
END $$;

REVOKE ALL ON FUNCTION history_append, history_access, history_append_only, history_watch FROM PUBLIC;
