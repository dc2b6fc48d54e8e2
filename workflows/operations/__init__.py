"""Operations (案卷干预): suspend and let go on, and what else is done to running cases from outside their steps."""


def connect() -> None:
    """Hear what ends a case, and look after suspensions at each pass of the clock; called when the app starts."""
    from cases.programme import on
    from workflows.engine import clockwork
    from workflows.operations import actions, stuck  # noqa: F401  (registers the nightly look)
    from workflows.operations.actions.suspending import case_ended

    on("ended", case_ended)
    clockwork.sweeps(actions.end_due)
    clockwork.sweeps(actions.settle_ended)
    clockwork.sweeps(actions.advance)
