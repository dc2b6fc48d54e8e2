"""Numbers for whoever runs the site (Prometheus): acts, refusals, waits, pages, and what stands in the queues.

Labels are names of our own code and never hold a person, a case or an address. Off unless the installation sets a token.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector

from cases.calendar import clock
from cases.history.acts_check import recent_out_of_band
from cases.history.sealing import queries as sealing
from cases.outgoing.models import Outgoing
from workflows.engine import timers
from workflows.models import Timer, WorkItem

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
OWN = CollectorRegistry()

ACTS = Counter("relief_actions", "Acts by name and outcome.", ["action", "outcome"], registry=OWN)
ACT_SECONDS = Histogram(
    "relief_action_seconds", "How long an act took, by name.", ["action"], buckets=BUCKETS, registry=OWN
)
REFUSALS = Counter("relief_refusals", "Refused tries by code.", ["code"], registry=OWN)
WAITS = Histogram("relief_lock_wait_seconds", "Wait for the row of a case.", buckets=BUCKETS, registry=OWN)
PAGES = Counter(
    "relief_http_requests", "Requests by view, method and status.", ["view", "method", "status"], registry=OWN
)
PAGE_SECONDS = Histogram(
    "relief_http_seconds", "How long an answer took, by view.", ["view"], buckets=BUCKETS, registry=OWN
)


class _Watcher:
    def acted(self, action: str, outcome: str, seconds: float) -> None:
        ACTS.labels(action, outcome).inc()
        ACT_SECONDS.labels(action).observe(seconds)

    def refused(self, action: str, code: str) -> None:
        REFUSALS.labels(code).inc()

    def waited(self, seconds: float) -> None:
        WAITS.observe(seconds)

    def answered(self, view: str, method: str, status: int, seconds: float) -> None:
        PAGES.labels(view, method, str(status)).inc()
        PAGE_SECONDS.labels(view).observe(seconds)


WATCHER = _Watcher()


class _Queues:
    """What stands in the database at the moment of asking, so that no process has to keep count."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = clock.now()
        open_rows = Outgoing.objects.filter(done_at=None, parked_at=None)
        waiting = open_rows.aggregate(n=Count("pk"), first=Min("available_at"))
        late = (now - waiting["first"]).total_seconds() if waiting["first"] else 0
        yield _gauge("relief_outgoing_waiting", "Outgoing work not done yet.", waiting["n"])
        yield _gauge("relief_outgoing_oldest_seconds", "How late the oldest outgoing work is.", max(0, late))
        parked = Outgoing.objects.filter(done_at=None, parked_at__isnull=False).count()
        yield _gauge("relief_outgoing_parked", "Outgoing work given up, for a person to look at.", parked)
        yield _gauge("relief_timers_late", "Timers whose time has come.", timers.late(now).count())
        given_up = Timer.objects.filter(done_at=None, cancelled_at=None, parked_at__isnull=False).count()
        yield _gauge("relief_timers_parked", "Timers given up, for a person to look at.", given_up)
        around = len(recent_out_of_band(connection))
        yield _gauge("relief_history_out_of_band", "Transactions of late that changed rows without an act.", around)
        steps = GaugeMetricFamily("relief_work_open", "Open steps by step and state.", labels=["step", "state"])
        rows = WorkItem.objects.filter(state__in=["open", "claimed"]).order_by().values("step", "state")
        for row in rows.annotate(n=Count("pk")):
            steps.add_metric([row["step"], row["state"]], row["n"])
        yield steps
        yield _gauge(
            "relief_seal_lag_seconds", "How long the oldest entry waits for its seal.", sealing.lag().total_seconds()
        )
        yield _gauge("relief_seal_held", "Entries that do not fit their hash and are not sealed.", sealing.held())
        last = sealing.latest()
        yield _gauge("relief_seal_tree_size", "Leaves under the last signed root.", last.tree_size if last else 0)
        receipts = GaugeMetricFamily(
            "relief_witness_receipt_age_seconds", "Age of the newest receipt of a witness.", labels=["witness"]
        )
        for witness in sealing.witnesses():
            receipts.add_metric([witness.name], witness.silent.total_seconds())
        yield receipts


def _gauge(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=value)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """指标: for who shows the token of the installation; for everybody else, and without a token, there is no such page."""
    if not settings.METRICS_TOKEN or not _is_shown(request):
        raise Http404
    registry: Any = OWN
    if settings.METRICS_FOLDER:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    queues = CollectorRegistry()
    queues.register(_Queues())
    body = generate_latest(registry) + generate_latest(queues)
    answer = HttpResponse(body, content_type=CONTENT_TYPE_PLAIN_0_0_4)
    answer["Cache-Control"] = "no-store"
    return answer


def _is_shown(request: HttpRequest) -> bool:
    return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}")
