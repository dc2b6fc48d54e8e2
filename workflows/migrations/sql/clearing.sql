-- Finished rows go after their time, and only through this: the application may delete none of them by itself. What an
-- incident names, what a step that is still open asked for, what is not finished, and the last run of each periodic work stay.
-- Of messages of other systems those go that moved their case so long ago, and those that nobody waited for in p_unused days;
-- what happened to a case that is suspended stays as long as the case is open. Their cases are locked first, as everywhere, and
-- each leaves its row change in the chain of its case.

CREATE FUNCTION relief_clear(p_days int, p_unused int, p_most int, OUT gone int, OUT unused int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_before timestamptz := public.relief_now() - make_interval(days => p_days);
    v_rows int;
BEGIN
    IF p_days < 30 OR p_days IS NULL OR p_unused IS NULL OR p_unused < p_days OR p_most IS NULL
        OR p_most NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION 'finished rows are kept for 30 days at least' USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('relief.actor_kind', 'system', true);

    DELETE FROM public.cases_outgoing WHERE id IN (
        SELECT o.id FROM public.cases_outgoing o
        WHERE o.done_at < v_before
            AND NOT EXISTS (SELECT FROM public.workflows_incident i WHERE i.outgoing_id = o.id)
            AND NOT EXISTS (SELECT FROM public.workflows_workitem w
                            WHERE w.id = (o.payload ->> 'item')::bigint AND w.state IN ('open', 'claimed'))
        ORDER BY o.id LIMIT p_most FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS gone = ROW_COUNT;

    DELETE FROM public.workflows_answered WHERE id IN (
        SELECT a.id FROM public.workflows_answered a WHERE a.at < v_before
        ORDER BY a.id LIMIT p_most FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    gone := gone + v_rows;

    DELETE FROM public.workflows_periodicrun WHERE id IN (
        SELECT r.id FROM public.workflows_periodicrun r
        WHERE r.ended_at < v_before
            AND EXISTS (SELECT FROM public.workflows_periodicrun later WHERE later.name = r.name AND later.slot > r.slot)
        ORDER BY r.id LIMIT p_most FOR UPDATE SKIP LOCKED);
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    gone := gone + v_rows;

    WITH taken AS (
        DELETE FROM public.workflows_message WHERE id IN (
            SELECT m.id FROM public.workflows_message m JOIN public.cases_case c ON c.id = m.case_id
            WHERE (m.delivered_at < v_before
                    OR (m.delivered_at IS NULL AND m.received_at < public.relief_now() - make_interval(days => p_unused)
                        AND (m.key NOT LIKE 'held-%' OR c.closed_at IS NOT NULL)))
                AND NOT EXISTS (SELECT FROM public.cases_outgoing o
                                WHERE o.topic = 'message' AND o.done_at IS NULL AND (o.payload ->> 'message')::bigint = m.id)
            ORDER BY c.id, m.id LIMIT p_most FOR NO KEY UPDATE OF c SKIP LOCKED FOR UPDATE OF m SKIP LOCKED)
        RETURNING delivered_at)
    SELECT count(*), count(*) FILTER (WHERE delivered_at IS NULL) INTO v_rows, unused FROM taken;
    gone := gone + v_rows;
END $$;
REVOKE ALL ON FUNCTION relief_clear FROM PUBLIC;
