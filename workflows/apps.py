"""The app of how a case moves. Starting it finds every programme folder and hears the facts from below."""

import importlib
import pkgutil

from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"
    label = "workflows"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "办理流程"

    def ready(self) -> None:
        from django.contrib import admin
        from viewflow.workflow.models import Process, Task

        for model in (Process, Task):
            if admin.site.is_registered(model):
                admin.site.unregister(model)

        from workflows import programmes

        for folder in pkgutil.iter_modules(programmes.__path__):
            if folder.ispkg:
                importlib.import_module(f"workflows.programmes.{folder.name}.programme")

        from workflows import facts, letters, notice_board, operations, recount, replay
        from workflows.desk import panel
        from workflows.desk.errands import clockwork as errands
        from workflows.desk.staffing import actions as staffing  # noqa: F401  (registers its work in the background)
        from workflows.desk.waiting import clockwork as waiting
        from workflows.engine import checks  # noqa: F401  (registers system checks)
        from workflows.inspection.checks import sweeping
        from workflows.inspection.findings import clockwork as findings
        from workflows.reports import counting
        from workflows.reports.evaluation import clockwork as evaluation
        from workflows.running import seals

        facts.listen()
        recount.listen()
        letters.connect()
        notice_board.connect()
        panel.connect()
        operations.connect()
        counting.listen()
        replay.listen()
        waiting.listen()
        errands.listen()
        findings.listen()
        sweeping.listen()
        seals.listen()
        evaluation.listen()
