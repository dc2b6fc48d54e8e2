-- Decisions leave row changes too: an opinion changed with every trigger off is still found. Panel and work items name theirs.

DO $$
DECLARE w record;
BEGIN
    FOR w IN SELECT * FROM (VALUES
        ('workflows_run', 'case', 'case_id'),
        ('workflows_decision', 'case', 'case_id'),
        ('workflows_duty', 'case', 'case_id'),
        ('workflows_ending', 'case', 'case_id'),
        ('workflows_recheck', 'case', 'case_id'),
        ('workflows_note', 'case', 'case_id'),
        ('workflows_mention', 'case', 'note_id:workflows_note'),
        ('workflows_notefile', 'case', 'note_id:workflows_note'),
        ('workflows_errand', 'case', 'case_id'),
        ('workflows_errandfile', 'case', 'errand_id:workflows_errand'),
        ('workflows_incident', 'incident', 'id'),
        ('workflows_message', 'case', 'case_id'),
        ('workflows_handover', 'case', 'item_id:workflows_workitem'),
        ('workflows_pause', 'case', 'item_id:workflows_workitem')
    ) AS t (name, kind, key)
    LOOP
        IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = w.name::regclass AND tgname = 'row_history') THEN
            PERFORM history_watch(w.name, w.kind, w.key);
        END IF;
    END LOOP;
END $$;
