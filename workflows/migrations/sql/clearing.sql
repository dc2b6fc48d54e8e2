-- Finished rows go after their time, and only through this: the application may delete none of them by itself. What an
-- incident names, what a step that is still open asked for, what is not finished, and the last run of each periodic work stay.

CREATE FUNCTION relief_clear(p_days int, p_most int) RETURNS int LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_before timestamptz := public.relief_now() - make_interval(days => p_days);
    v_rows int;
    v_gone int := 0;
BEGIN
    IF p_days < 30 OR p_days IS NULL OR p_most IS NULL OR p_most NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION 'finished rows are kept for 30 days at least' USING ERRCODE = 'insufficient_privilege';
    END IF;

    DELETE FROM public.cases_outgoing WHERE id IN (
        SELECT o.id FROM public.cases_outgoing o
        WHERE o.done_at < v_before
            AND NOT EXISTS (SELECT FROM public.workflows_incident i WHERE i.outgoing_id = o.id)
            AND NOT EXISTS (SELECT FROM public.workflows_workitem w
                            WHERE w.id = (o.payload ->> 'item')::bigint AND w.state IN ('open', 'claimed'))
        ORDER BY o.id LIMIT p_most FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    v_gone := v_gone + v_rows;

    DELETE FROM public.workflows_answered WHERE id IN (
        SELECT a.id FROM public.workflows_answered a WHERE a.at < v_before
        ORDER BY a.id LIMIT p_most FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    v_gone := v_gone + v_rows;

    DELETE FROM public.workflows_periodicrun WHERE id IN (
        SELECT r.id FROM public.workflows_periodicrun r
        WHERE r.ended_at < v_before
            AND EXISTS (SELECT FROM public.workflows_periodicrun later WHERE later.name = r.name AND later.slot > r.slot)
        ORDER BY r.id LIMIT p_most FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_gone + v_rows;
END $$;
REVOKE ALL ON FUNCTION relief_clear FROM PUBLIC;
