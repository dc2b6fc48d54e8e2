-- Score sheets (评分表): one a reader and question, of who holds the step, on the newest question; never edited.
CREATE FUNCTION score_sheet() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.asked_id IS DISTINCT FROM (SELECT max(d.id) FROM public.workflows_decision d
                                      WHERE d.case_id = NEW.case_id AND d.outcome = 'ask_expert')
        OR NOT EXISTS (SELECT 1 FROM public.workflows_workitem w WHERE w.id = NEW.item_id AND w.case_id = NEW.case_id
                       AND w.step = 'expert' AND w.holder_id = NEW.reader_id) THEN
        RAISE EXCEPTION 'score: a sheet answers the newest question, by who holds the step' USING ERRCODE = 'check_violation', CONSTRAINT = 'score_by_holder';
    END IF;
    NEW.given_at := public.relief_now();
    RETURN NEW;
END $$;
CREATE TRIGGER score_sheet BEFORE INSERT ON workflows_scoresheet FOR EACH ROW EXECUTE FUNCTION score_sheet();

SELECT history_watch('workflows_scoresheet', 'case', 'case_id');
SELECT history_append_only('workflows_scoresheet');
