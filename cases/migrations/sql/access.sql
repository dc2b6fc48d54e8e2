-- Offices stand at places that are loaded; posts fit their office, and nobody holds two roles that exclude each other.

ALTER TABLE cases_office ADD CONSTRAINT office_at_a_place FOREIGN KEY (division_code) REFERENCES cases_division (code);

-- 岗位级别: the length of the code of an office where a role of that level serves; helpers (代办人) serve in towns as well,
-- hospitals, fitting centres and stores (定点机构) wherever they stand: province, city or county.
CREATE FUNCTION post_fits(p_role text, p_code text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.cases_role WHERE code = p_role AND (
        length(p_code) = CASE level WHEN 'province' THEN 2 WHEN 'city' THEN 4 WHEN 'county' THEN 6 WHEN 'town' THEN 9
            WHEN 'village' THEN 12 END
        OR (level = 'provider' AND length(p_code) IN (2, 4, 6))
        OR (code = 'AGT' AND length(p_code) = 9)))
$$;

CREATE FUNCTION post_check() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE v_other text;
BEGIN
    IF NOT public.post_fits(NEW.role_id, (SELECT division_code FROM public.cases_office WHERE id = NEW.office_id)) THEN
        RAISE EXCEPTION 'role % does not serve at an office of this level', NEW.role_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'post_level';
    END IF;
    PERFORM 1 FROM public.cases_user WHERE id = NEW.user_id FOR NO KEY UPDATE;  -- two posts at the same moment wait here
    SELECT other.role_id INTO v_other
    FROM public.cases_post other
    JOIN public.cases_role its ON its.code = other.role_id
    JOIN public.cases_role mine ON mine.code = NEW.role_id
    WHERE other.user_id = NEW.user_id AND other.id <> NEW.id
        AND (mine.not_with ? other.role_id OR its.not_with ? NEW.role_id)
        AND other.starts_on <= coalesce(NEW.ends_on, 'infinity') AND NEW.starts_on <= coalesce(other.ends_on, 'infinity')
    LIMIT 1;
    IF v_other IS NOT NULL THEN
        RAISE EXCEPTION 'roles % and % exclude each other', NEW.role_id, v_other
            USING ERRCODE = 'check_violation', CONSTRAINT = 'post_apart';
    END IF;
    SELECT lent.role_id INTO v_other
    FROM public.cases_standin s
    JOIN public.cases_post lent ON lent.id = s.post_id
    JOIN public.cases_role its ON its.code = lent.role_id
    JOIN public.cases_role mine ON mine.code = NEW.role_id
    WHERE s.delegate_id = NEW.user_id AND s.ended_at IS NULL
        AND (mine.not_with ? lent.role_id OR its.not_with ? NEW.role_id)
        AND s.starts_on <= coalesce(NEW.ends_on, 'infinity') AND NEW.starts_on <= s.ends_on
    LIMIT 1;
    IF v_other IS NOT NULL THEN
        RAISE EXCEPTION 'roles % and %, in which he stands in, exclude each other', NEW.role_id, v_other
            USING ERRCODE = 'check_violation', CONSTRAINT = 'post_apart';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER post_check BEFORE INSERT OR UPDATE ON cases_post FOR EACH ROW EXECUTE FUNCTION post_check();

CREATE FUNCTION office_check() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM public.cases_post
               WHERE office_id = NEW.id AND NOT public.post_fits(role_id, NEW.division_code)) THEN
        RAISE EXCEPTION 'an office with posts stays at its level'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'office_level';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER office_check BEFORE UPDATE OF division_code ON cases_office FOR EACH ROW EXECUTE FUNCTION office_check();

-- 替岗: one person does the steps of another's post. Never one's own, never from oneself, never beside a post that the
-- role excludes, only somebody of the same office or above who does steps himself; once given, only its end changes.
ALTER TABLE cases_standin ADD CONSTRAINT stand_in_once EXCLUDE USING gist (
    int8range(post_id, post_id, '[]') WITH &&, int8range(delegate_id, delegate_id, '[]') WITH &&,
    daterange(starts_on, ends_on, '[]') WITH &&) WHERE (ended_at IS NULL);

CREATE FUNCTION stand_in_check() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    v_post public.cases_post;
    v_code text;
    v_fault text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (to_jsonb(NEW) - 'ended_at' - 'ended_by_id') IS DISTINCT FROM (to_jsonb(OLD) - 'ended_at' - 'ended_by_id')
            OR OLD.ended_at IS NOT NULL THEN
            RAISE EXCEPTION 'a stand-in is only ever ended, once' USING ERRCODE = 'check_violation', CONSTRAINT = 'stand_in_final';
        END IF;
        RETURN NEW;
    END IF;
    PERFORM 1 FROM public.cases_user WHERE id = NEW.delegate_id FOR NO KEY UPDATE;  -- beside a new post of his, one waits
    SELECT * INTO v_post FROM public.cases_post WHERE id = NEW.post_id;
    SELECT division_code INTO v_code FROM public.cases_office WHERE id = v_post.office_id;
    v_fault := CASE
        WHEN v_post.user_id = NEW.delegate_id THEN 'stand_in_not_oneself'
        WHEN NEW.area NOT LIKE v_code || '%' THEN 'stand_in_area'
        WHEN NOT EXISTS (SELECT 1 FROM public.cases_role r WHERE r.code = v_post.role_id AND r.rights ? 'step.stand_in')
            THEN 'stand_in_role'
        WHEN EXISTS (SELECT 1 FROM public.cases_post o JOIN public.cases_role its ON its.code = o.role_id
                     JOIN public.cases_role lent ON lent.code = v_post.role_id
                     WHERE o.user_id = NEW.delegate_id AND (its.not_with ? lent.code OR lent.not_with ? its.code)
                       AND o.starts_on <= NEW.ends_on AND NEW.starts_on <= coalesce(o.ends_on, 'infinity'))
            THEN 'stand_in_apart'
        WHEN NOT EXISTS (SELECT 1 FROM public.cases_post o JOIN public.cases_office f ON f.id = o.office_id
                         JOIN public.cases_role its ON its.code = o.role_id
                         WHERE o.user_id = NEW.delegate_id AND v_code LIKE f.division_code || '%'
                           AND its.rights ? 'step.stand_in'
                           AND o.starts_on <= NEW.ends_on AND NEW.starts_on <= coalesce(o.ends_on, 'infinity'))
            THEN 'stand_in_fit'
    END;
    IF v_fault IS NOT NULL THEN
        RAISE EXCEPTION 'stand-in refused: %', v_fault USING ERRCODE = 'check_violation', CONSTRAINT = v_fault;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stand_in_check BEFORE INSERT OR UPDATE ON cases_standin FOR EACH ROW EXECUTE FUNCTION stand_in_check();
ALTER TABLE cases_standin ENABLE ALWAYS TRIGGER stand_in_check;

-- For whom a stand-in acts on this case in this role and area today, or nothing when it does not reach it.
CREATE FUNCTION relief_stands_in(p_stand_in bigint, p_delegate bigint, p_case bigint, p_role text, p_code text)
RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT p.user_id
    FROM public.cases_standin s
    JOIN public.cases_post p ON p.id = s.post_id
    JOIN public.cases_user u ON u.id = p.user_id
    JOIN public.cases_user d ON d.id = s.delegate_id
    JOIN public.cases_office o ON o.id = p.office_id
    JOIN public.cases_case c ON c.id = p_case
    CROSS JOIN (SELECT (public.relief_now() AT TIME ZONE 'Asia/Shanghai')::date AS today) t
    WHERE s.id = p_stand_in AND s.delegate_id = p_delegate AND s.ended_at IS NULL
        AND t.today BETWEEN s.starts_on AND s.ends_on
        AND t.today BETWEEN p.starts_on AND coalesce(p.ends_on, 'infinity')
        AND u.is_active AND d.is_active AND o.is_active
        AND p.role_id = p_role AND p_code LIKE o.division_code || '%' AND c.handling_code LIKE s.area || '%'
        AND s.programme IN ('', c.programme) AND (s.amount_cap IS NULL OR coalesce(c.award, 0) <= s.amount_cap)
$$;
