-- The panel (集体研究): no vote without attendance, none after the end, no outcome without quorum and majority.
CREATE FUNCTION relief_vote() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_item public.workflows_meetingitem;
    v_state text;
    v_step public.workflows_stepduty;
BEGIN
    SELECT * INTO v_item FROM public.workflows_meetingitem WHERE id = NEW.item_id FOR SHARE;
    SELECT state INTO v_state FROM public.workflows_meeting WHERE id = v_item.meeting_id;
    IF v_item.outcome <> '' OR v_state = 'closed' THEN
        RAISE EXCEPTION 'panel: this item is closed, no more votes' USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_before_the_end';
    END IF;
    IF NEW.choice NOT IN ('agree', 'reject', 'defer', 'abstain', 'recused') THEN
        RAISE EXCEPTION 'panel: unknown vote' USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_choice';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM public.workflows_attendance a WHERE a.meeting_id = v_item.meeting_id AND a.member_id = NEW.member_id) THEN
        RAISE EXCEPTION 'panel: only who signed in votes' USING ERRCODE = 'check_violation', CONSTRAINT = 'vote_needs_attendance';
    END IF;
    IF NEW.choice <> 'recused' THEN
        PERFORM public.relief_duty(v_item.case_id, NEW.member_id,
            coalesce((SELECT w.level::int FROM public.workflows_workitem w WHERE w.id = v_item.work_item_id), 5));
        SELECT s.* INTO v_step FROM public.workflows_workitem w JOIN public.workflows_run r ON r.case_id = w.case_id
            JOIN public.workflows_stepduty s ON s.flow = r.flow AND s.step = w.step WHERE w.id = v_item.work_item_id;
        IF public.relief_bar(v_item.case_id, NEW.member_id, v_step, v_item.work_item_id) IS NOT NULL THEN
            RAISE EXCEPTION 'duties: who did a step that excludes the panel has no vote' USING ERRCODE = 'check_violation', CONSTRAINT = 'duty_not_by';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER vote_guard BEFORE INSERT ON workflows_vote FOR EACH ROW EXECUTE FUNCTION relief_vote();
ALTER TABLE workflows_vote ENABLE ALWAYS TRIGGER vote_guard;

CREATE FUNCTION relief_agenda() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_quorum int;
    v_votes int;
    v_agree int;
    v_reject int;
BEGIN
    IF OLD.outcome <> '' OR (NEW.meeting_id, NEW.case_id, NEW.work_item_id, NEW.amount) IS DISTINCT FROM (OLD.meeting_id, OLD.case_id, OLD.work_item_id, OLD.amount) THEN
        RAISE EXCEPTION 'panel: what the panel decided does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'agenda_final';
    END IF;
    IF NEW.outcome = 'removed' THEN
        IF NOT EXISTS (SELECT 1 FROM public.cases_case c WHERE c.id = NEW.case_id AND c.closed_at IS NOT NULL) THEN
            RAISE EXCEPTION 'panel: only a case that ended leaves the agenda' USING ERRCODE = 'check_violation', CONSTRAINT = 'agenda_removed';
        END IF;
        RETURN NEW;
    END IF;
    SELECT quorum INTO v_quorum FROM public.workflows_meeting WHERE id = NEW.meeting_id AND state = 'open';
    SELECT count(*), count(*) FILTER (WHERE choice = 'agree'), count(*) FILTER (WHERE choice = 'reject')
        INTO v_votes, v_agree, v_reject FROM public.workflows_vote WHERE item_id = NEW.id AND choice <> 'recused';
    IF v_quorum IS NULL OR v_votes < v_quorum THEN
        RAISE EXCEPTION 'panel: no outcome without quorum' USING ERRCODE = 'check_violation', CONSTRAINT = 'agenda_quorum';
    END IF;
    IF (NEW.outcome IN ('agree', 'waitlist') AND v_agree * 2 <= v_votes) OR (NEW.outcome = 'reject' AND v_reject * 2 <= v_votes) THEN
        RAISE EXCEPTION 'panel: the votes do not carry this outcome' USING ERRCODE = 'check_violation', CONSTRAINT = 'agenda_majority';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER agenda_guard BEFORE UPDATE ON workflows_meetingitem FOR EACH ROW EXECUTE FUNCTION relief_agenda();
ALTER TABLE workflows_meetingitem ENABLE ALWAYS TRIGGER agenda_guard;

CREATE FUNCTION relief_meeting() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.state = 'closed' OR (NEW.number, NEW.held_on, NEW.quorum, NEW.called_by_id) IS DISTINCT FROM (OLD.number, OLD.held_on, OLD.quorum, OLD.called_by_id) THEN
        RAISE EXCEPTION 'panel: a meeting does not change afterwards' USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_final';
    END IF;
    IF NEW.state = 'closed' AND (NEW.minutes = '' OR NEW.minutes_by_id IS NULL
        OR EXISTS (SELECT 1 FROM public.workflows_meetingitem i WHERE i.meeting_id = NEW.id AND i.outcome = '')) THEN
        RAISE EXCEPTION 'panel: a meeting ends with minutes and an outcome for every item' USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_complete';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER meeting_guard BEFORE UPDATE ON workflows_meeting FOR EACH ROW EXECUTE FUNCTION relief_meeting();
ALTER TABLE workflows_meeting ENABLE ALWAYS TRIGGER meeting_guard;
CREATE TRIGGER meeting_stays BEFORE DELETE ON workflows_meeting FOR EACH ROW EXECUTE FUNCTION history_refuse();
CREATE TRIGGER agenda_stays BEFORE DELETE ON workflows_meetingitem FOR EACH ROW EXECUTE FUNCTION history_refuse();
ALTER TABLE workflows_meeting ENABLE ALWAYS TRIGGER meeting_stays;
ALTER TABLE workflows_meetingitem ENABLE ALWAYS TRIGGER agenda_stays;

-- The minutes are signed after the end, by whoever was present and by nobody for another; the database dates it.
CREATE FUNCTION relief_minutes_signed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.workflows_meeting m WHERE m.id = NEW.meeting_id AND m.state = 'closed') THEN
        RAISE EXCEPTION 'panel: minutes are signed when the meeting has ended' USING ERRCODE = 'check_violation', CONSTRAINT = 'minutes_signed_after_the_end';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM public.workflows_attendance a WHERE a.meeting_id = NEW.meeting_id AND a.member_id = NEW.member_id) THEN
        RAISE EXCEPTION 'panel: only who was present signs the minutes' USING ERRCODE = 'check_violation', CONSTRAINT = 'minutes_signed_by_the_present';
    END IF;
    IF current_setting('relief.actor', true) IS DISTINCT FROM NEW.member_id::text THEN
        RAISE EXCEPTION 'panel: nobody signs the minutes for another' USING ERRCODE = 'check_violation', CONSTRAINT = 'minutes_signed_by_oneself';
    END IF;
    NEW.signed_at := public.relief_now();
    RETURN NEW;
END $$;
CREATE TRIGGER minutes_guard BEFORE INSERT ON workflows_minutessignature FOR EACH ROW EXECUTE FUNCTION relief_minutes_signed();
ALTER TABLE workflows_minutessignature ENABLE ALWAYS TRIGGER minutes_guard;
REVOKE ALL ON FUNCTION relief_vote, relief_agenda, relief_meeting, relief_minutes_signed FROM PUBLIC;

SELECT history_append_only('workflows_attendance');
SELECT history_append_only('workflows_vote');
SELECT history_append_only('workflows_minutessignature');
SELECT history_watch('workflows_meeting', 'meeting', 'id');
SELECT history_watch('workflows_attendance', 'meeting', 'meeting_id');
SELECT history_watch('workflows_minutessignature', 'meeting', 'meeting_id');
SELECT history_watch('workflows_meetingitem', 'case', 'case_id');
SELECT history_watch('workflows_vote', 'agenda', 'item_id');

ALTER TABLE workflows_meetingitem ADD CONSTRAINT agenda_reasons_coded
    CHECK (jsonb_typeof(reasons) = 'array' AND NOT reasons @? '$[*] ? (@.type() != "string" || @ like_regex "^\\s*$")');
