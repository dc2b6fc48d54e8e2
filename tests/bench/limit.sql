-- LIMIT: the tables that somebody would make for this one road by hand; then the side tables of our dress.
CREATE TABLE limit_case (
    id bigserial PRIMARY KEY, applicant text NOT NULL, amount numeric(12, 2) NOT NULL, state text NOT NULL,
    division_code varchar(12) NOT NULL, submitted_at timestamptz NOT NULL, open int NOT NULL);
CREATE TABLE limit_task (
    id bigserial PRIMARY KEY, case_id bigint NOT NULL REFERENCES limit_case, step text NOT NULL, role text NOT NULL,
    division_code varchar(12) NOT NULL DEFAULT '640422', state text NOT NULL DEFAULT 'open', holder_id bigint REFERENCES cases_user,
    due_on date NOT NULL, created_at timestamptz NOT NULL DEFAULT now(), claimed_at timestamptz, done_at timestamptz,
    outcome text);
CREATE INDEX limit_task_open ON limit_task (role, due_on, id) WHERE state = 'open';
CREATE INDEX limit_task_mine ON limit_task (holder_id, due_on, id) WHERE state = 'claimed';
CREATE INDEX limit_task_case ON limit_task (case_id, id);
CREATE TABLE limit_audit (
    id bigserial PRIMARY KEY, case_id bigint NOT NULL REFERENCES limit_case, task_id bigint REFERENCES limit_task,
    action text NOT NULL, actor_id bigint, outcome text, comment text, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX limit_audit_case ON limit_audit (case_id, id);

CREATE TABLE limit_item (LIKE bench_item INCLUDING ALL);
CREATE TABLE limit_handover (LIKE bench_handover INCLUDING ALL);
CREATE TABLE limit_decided (LIKE bench_decided INCLUDING ALL);
CREATE TABLE limit_duty (LIKE bench_duty INCLUDING ALL);
CREATE TABLE limit_claimtimer (LIKE bench_claimtimer INCLUDING ALL);
ALTER TABLE limit_item ADD FOREIGN KEY (case_id) REFERENCES limit_case, ADD FOREIGN KEY (task_id) REFERENCES limit_task;
ALTER TABLE limit_handover ADD FOREIGN KEY (item_id) REFERENCES limit_item;
ALTER TABLE limit_decided ADD FOREIGN KEY (case_id) REFERENCES limit_case, ADD FOREIGN KEY (item_id) REFERENCES limit_item;
ALTER TABLE limit_duty ADD FOREIGN KEY (case_id) REFERENCES limit_case;
ALTER TABLE limit_claimtimer ADD FOREIGN KEY (case_id) REFERENCES limit_case;
