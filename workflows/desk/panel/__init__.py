"""The panel (集体研究): meetings, votes and minutes."""

from typing import Any

from cases import programme


def connect() -> None:
    """Hear that a case ended, so that it leaves the agenda; called once when the app starts."""
    from workflows.desk.panel import actions
    from workflows.engine import told

    def ended(case: Any, *, by: Any, now: Any) -> None:
        actions.take_off_agendas(case=case, by=by, now=now)

    programme.on("ended", ended)
    told.tells("panel_agree", "panel_reject", "panel_defer", "panel_waitlist")
