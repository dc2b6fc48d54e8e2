-- Public notice: a posted list never changes, an entry ends only with its list, an objection is closed once. Whatever
-- proves a time is taken from the clock of the database.

CREATE FUNCTION publicity_refuse(p_what text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'public notice: %', p_what USING ERRCODE = 'check_violation';
END $$;

CREATE FUNCTION publicity_today() RETURNS date LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT (public.relief_now() AT TIME ZONE 'Asia/Shanghai')::date
$$;

CREATE FUNCTION publicity_never_deleted() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM public.publicity_refuse(TG_TABLE_NAME || ' is kept for good');
    RETURN NULL;
END $$;

-- Working days after one day up to another, as the loaded calendar has them.
CREATE FUNCTION publicity_workdays(p_after date, p_to date) RETURNS bigint LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) FROM generate_series(p_after + 1, p_to, interval '1 day') AS d(day)
        LEFT JOIN public.cases_workday w ON w.date = d.day::date
        WHERE coalesce(w.kind = 'workday', extract(isodow FROM d.day) < 6)
$$;

-- Whether a case must stand on a public list before it is paid is settled when its road begins.
CREATE FUNCTION publicity_needed() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.needs_notice IS DISTINCT FROM OLD.needs_notice
        AND EXISTS (SELECT 1 FROM public.workflows_run r WHERE r.case_id = NEW.id) THEN
        PERFORM public.publicity_refuse('whether a case needs the notice is settled when its road begins');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER publicity_needed BEFORE UPDATE ON cases_case FOR EACH ROW EXECUTE FUNCTION publicity_needed();

-- The letter that tells the applicant beforehand is dated by the database: it is the proof.
CREATE FUNCTION publicity_told() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.queued_at := public.relief_now();
    RETURN NEW;
END $$;
CREATE TRIGGER publicity_told BEFORE INSERT ON cases_notice FOR EACH ROW WHEN (NEW.code = 'N08')
    EXECUTE FUNCTION publicity_told();

CREATE FUNCTION publicity_list() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.sha256 <> encode(sha256(convert_to(NEW.snapshot, 'UTF8')), 'hex') THEN
        PERFORM public.publicity_refuse('the hash is not of this list');
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' OR NEW.starts_on <> public.publicity_today() THEN
            PERFORM public.publicity_refuse('a list begins open, on the day of posting');
        END IF;
        NEW.posted_at := public.relief_now();
        RETURN NEW;
    END IF;
    IF (NEW.token, NEW.number, NEW.division_code, NEW.starts_on, NEW.ends_on, NEW.ends_provisional, NEW.snapshot, NEW.sha256,
        NEW.made_by_id, NEW.posted_at)
        IS DISTINCT FROM (OLD.token, OLD.number, OLD.division_code, OLD.starts_on, OLD.ends_on, OLD.ends_provisional,
        OLD.snapshot, OLD.sha256, OLD.made_by_id, OLD.posted_at) THEN
        PERFORM public.publicity_refuse('a posted list is frozen');
    END IF;
    IF NEW.state <> OLD.state THEN
        IF OLD.state <> 'open' THEN
            PERFORM public.publicity_refuse('a list that ended stays ended');
        END IF;
        IF NEW.state = 'closed' THEN
            IF public.publicity_today() <= OLD.ends_on THEN
                PERFORM public.publicity_refuse('a list is not closed before its last day is over');
            END IF;
            NEW.closed_at := public.relief_now();
        ELSE
            NEW.taken_down_at := public.relief_now();
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER publicity_list BEFORE INSERT OR UPDATE ON cases_publiclist FOR EACH ROW EXECUTE FUNCTION publicity_list();
CREATE TRIGGER never_deleted BEFORE DELETE ON cases_publiclist FOR EACH ROW EXECUTE FUNCTION publicity_never_deleted();

CREATE FUNCTION publicity_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    l public.cases_publiclist;
    v_days int;
BEGIN
    SELECT * INTO l FROM public.cases_publiclist WHERE id = NEW.list_id;
    IF TG_OP = 'INSERT' THEN
        IF NEW.closed_at IS NOT NULL OR l.state <> 'open' THEN
            PERFORM public.publicity_refuse('an entry begins open, on an open list');
        END IF;
        IF NOT EXISTS (SELECT 1 FROM public.cases_notice n WHERE n.case_id = NEW.case_id AND n.code = 'N08'
                       AND n.queued_at < l.posted_at) THEN
            PERFORM public.publicity_refuse('the applicant was not told before');
        END IF;
        IF strpos(l.snapshot, NEW.shown_name) = 0 OR strpos(l.snapshot, NEW.case_tail) = 0 THEN
            PERFORM public.publicity_refuse('an entry stands on the page that was posted');
        END IF;
        SELECT coalesce(r.value->>'workdays', r.value->>'days')::int INTO v_days
            FROM public.cases_case c JOIN public.cases_policyversion v ON v.id = c.policy_id
            LEFT JOIN public.cases_policyversion b ON b.id = v.base_id
            JOIN public.cases_policyrow r ON r.version_id IN (v.id, v.base_id, b.base_id)
            WHERE c.id = NEW.case_id AND r.section = 'days' AND r.key = 'publicity';
        IF public.publicity_workdays(l.starts_on, l.ends_on) < v_days THEN
            PERFORM public.publicity_refuse('the list is shorter than the policy of the case says');
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.list_id, NEW.case_id, NEW.position, NEW.shown_name, NEW.shown_area, NEW.shown_group, NEW.amount, NEW.case_tail,
        NEW.is_coded)
        IS DISTINCT FROM (OLD.list_id, OLD.case_id, OLD.position, OLD.shown_name, OLD.shown_area, OLD.shown_group, OLD.amount,
        OLD.case_tail, OLD.is_coded) THEN
        PERFORM public.publicity_refuse('a posted entry is frozen');
    END IF;
    IF NEW.closed_at IS DISTINCT FROM OLD.closed_at THEN
        IF OLD.closed_at IS NOT NULL THEN
            PERFORM public.publicity_refuse('an entry that ended stays ended');
        END IF;
        IF l.state <> 'taken_down'
            AND NOT EXISTS (SELECT 1 FROM public.cases_case c WHERE c.id = NEW.case_id AND c.closed_at IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM public.cases_objection o WHERE o.entry_id = NEW.id AND o.state = 'upheld') THEN
            IF public.publicity_today() <= l.ends_on THEN
                PERFORM public.publicity_refuse('an entry does not end before its list');
            END IF;
            IF EXISTS (SELECT 1 FROM public.cases_objection o WHERE o.entry_id = NEW.id AND o.state = 'open') THEN
                PERFORM public.publicity_refuse('an open objection holds this entry');
            END IF;
        END IF;
        NEW.closed_at := public.relief_now();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER publicity_entry BEFORE INSERT OR UPDATE ON cases_publicentry FOR EACH ROW EXECUTE FUNCTION publicity_entry();
CREATE TRIGGER never_deleted BEFORE DELETE ON cases_publicentry FOR EACH ROW EXECUTE FUNCTION publicity_never_deleted();

CREATE FUNCTION publicity_objection() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    e public.cases_publicentry;
    l public.cases_publiclist;
BEGIN
    SELECT * INTO e FROM public.cases_publicentry WHERE id = NEW.entry_id;
    IF TG_OP = 'INSERT' THEN
        SELECT * INTO l FROM public.cases_publiclist WHERE id = e.list_id;
        IF NEW.state <> 'open' OR e.case_id <> NEW.case_id THEN
            PERFORM public.publicity_refuse('an objection begins open, against the case of its entry');
        END IF;
        IF e.closed_at IS NOT NULL OR l.state <> 'open' OR public.publicity_today() > l.ends_on THEN
            PERFORM public.publicity_refuse('an objection comes while the entry is shown');
        END IF;
        NEW.filed_at := public.relief_now();
        RETURN NEW;
    END IF;
    IF OLD.state <> 'open' THEN
        PERFORM public.publicity_refuse('a closed objection stays as it is');
    END IF;
    IF (NEW.token, NEW.entry_id, NEW.case_id, NEW.named, NEW.objector_name, NEW.objector_phone, NEW.text, NEW.filed_at)
        IS DISTINCT FROM (OLD.token, OLD.entry_id, OLD.case_id, OLD.named, OLD.objector_name, OLD.objector_phone, OLD.text,
        OLD.filed_at) THEN
        PERFORM public.publicity_refuse('what was objected is frozen');
    END IF;
    IF (NEW.due_on, NEW.extended_at, NEW.extended_by_id, NEW.extension_reason)
        IS DISTINCT FROM (OLD.due_on, OLD.extended_at, OLD.extended_by_id, OLD.extension_reason) THEN
        IF OLD.extended_at IS NOT NULL OR NEW.extended_at IS NULL OR NEW.due_on IS NULL OR NEW.due_on <= OLD.due_on THEN
            PERFORM public.publicity_refuse('the look into an objection is extended once, with a reason and a later day');
        END IF;
        NEW.extended_at := public.relief_now();
    END IF;
    -- workflows_duty says who acted at intake (1) and county review (2); its app is migrated after this one.
    IF NEW.state <> 'open' AND EXISTS (
        SELECT 1 FROM public.workflows_duty d
        WHERE d.case_id = NEW.case_id AND d.actor_id = NEW.investigator_id AND d.level IN (1, 2)
    ) THEN
        PERFORM public.publicity_refuse('an objection is closed by somebody outside the first review');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER publicity_objection BEFORE INSERT OR UPDATE ON cases_objection
    FOR EACH ROW EXECUTE FUNCTION publicity_objection();
CREATE TRIGGER never_deleted BEFORE DELETE ON cases_objection FOR EACH ROW EXECUTE FUNCTION publicity_never_deleted();

SELECT history_watch('cases_publiclist', 'publicity', 'id', 'snapshot');
SELECT history_watch('cases_publicentry', 'case', 'case_id');
SELECT history_watch('cases_objection', 'case', 'case_id');

-- An upheld objection refuses the case: its coded reasons are words that say something.
ALTER TABLE cases_objection ADD CONSTRAINT objection_reasons_coded
    CHECK (jsonb_typeof(reasons) = 'array' AND NOT reasons @? '$[*] ? (@.type() != "string" || @ like_regex "^\\s*$")');
