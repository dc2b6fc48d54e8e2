-- A quarter is evaluated once and never counted again; what a branch answered stands.
SELECT history_append_only('workflows_evaluationround');
SELECT history_append_only('workflows_evaluationfigure');
SELECT history_append_only('workflows_evaluationanswer');
SELECT history_watch('workflows_evaluationround', 'evaluation', 'id');
SELECT history_watch('workflows_evaluationanswer', 'figure', 'figure_id');
SELECT history_watch('workflows_liaison', 'liaison', 'area');
