-- A finding of inspectors that is not closed keeps the data of its case.
CREATE OR REPLACE FUNCTION privacy_held_above(p_case bigint) RETURNS SETOF text LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp AS $$
    SELECT 'finding' WHERE EXISTS (
        SELECT FROM public.workflows_finding WHERE case_id = p_case AND state NOT IN ('closed', 'withdrawn'))
$$;
