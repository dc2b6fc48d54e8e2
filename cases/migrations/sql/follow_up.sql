-- Follow-up: the database draws the lot, so that nobody chooses whom to visit; what was drawn and tried stays as it is.

-- as in cases/follow_up/rules.py
CREATE FUNCTION follow_up_lot(p_seed text, p_kind text, p_number text) RETURNS integer LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT (('x' || substr(encode(sha256(convert_to(p_seed || ':' || p_kind || ':' || p_number, 'UTF8')), 'hex'), 1, 8))
        ::bit(32)::bigint % 10000)::integer
$$;

-- the versions of county and city stand over the province's, which alone holds the shares
CREATE FUNCTION follow_up_share(p_version bigint, p_kind text) RETURNS integer LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE chain(id, base_id) AS (
        SELECT id, base_id FROM public.cases_policyversion WHERE id = p_version
        UNION ALL SELECT v.id, v.base_id FROM public.cases_policyversion v JOIN chain c ON v.id = c.base_id)
    SELECT (value ->> 'share')::integer FROM public.cases_policyrow
        WHERE version_id IN (SELECT id FROM chain) AND section = 'follow_up' AND key = p_kind
$$;

CREATE FUNCTION follow_up_draw() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_number text;
BEGIN
    SELECT number INTO v_number FROM public.cases_case WHERE id = NEW.case_id;
    NEW.seed := replace(gen_random_uuid()::text, '-', '');
    NEW.phone_percent := public.follow_up_share(NEW.policy_id, 'phone');
    NEW.home_percent := public.follow_up_share(NEW.policy_id, 'home');
    NEW.phone := public.follow_up_lot(NEW.seed, 'phone', v_number) < NEW.phone_percent * 100;
    NEW.home := public.follow_up_lot(NEW.seed, 'home', v_number) < NEW.home_percent * 100;
    NEW.drawn_at := public.relief_now();
    RETURN NEW;
END $$;
CREATE TRIGGER follow_up_draw BEFORE INSERT ON cases_followup FOR EACH ROW EXECUTE FUNCTION follow_up_draw();

CREATE FUNCTION follow_up_try() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_tries integer;
BEGIN
    SELECT tries INTO v_tries FROM public.cases_followup WHERE id = NEW.duty_id;
    SELECT count(*) + 1 INTO NEW.number FROM public.cases_followuptry WHERE duty_id = NEW.duty_id AND kind = NEW.kind;
    NEW.settles := NEW.reached OR NEW.number >= v_tries;
    NEW.at := public.relief_now();
    RETURN NEW;
END $$;
CREATE TRIGGER follow_up_try BEFORE INSERT ON cases_followuptry FOR EACH ROW EXECUTE FUNCTION follow_up_try();

SELECT history_watch('cases_followup', 'case', 'case_id');
SELECT history_append_only('cases_followup');
SELECT history_watch('cases_followuptry', 'case', 'duty_id:cases_followup');
SELECT history_append_only('cases_followuptry');
