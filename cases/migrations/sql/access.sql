-- Offices stand at places that are loaded; posts fit their office, and nobody holds two roles that exclude each other.

ALTER TABLE cases_office ADD CONSTRAINT office_at_a_place FOREIGN KEY (division_code) REFERENCES cases_division (code);

-- 岗位级别: the length of the code of an office where a role of that level serves; helpers (代办人) serve in towns as well.
CREATE FUNCTION post_fits(p_role text, p_code text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM public.cases_role WHERE code = p_role AND (
        length(p_code) = CASE level WHEN 'province' THEN 2 WHEN 'city' THEN 4 WHEN 'county' THEN 6 WHEN 'town' THEN 9
            WHEN 'village' THEN 12 END
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
