"""The pages of the replay: a link a step, no script."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from workflows.flow import graph, road_of
from workflows.inspection import queries
from workflows.inspection.road.queries import frame_of, moves_of, words_of_move


@login_required
@require_GET
def moves(request: HttpRequest, number: str) -> HttpResponse:
    """流程回放: every move of the case as a list of links."""
    found = queries.get_inspected(request.user, number)
    titles = {node.name: node.title for node in graph(road_of(found)).nodes}
    rows = [(move, words_of_move(move, titles)) for move in moves_of(found)]
    return render(request, "inspection/moves.html", {"case": found, "rows": rows})


@login_required
@require_GET
def move(request: HttpRequest, number: str, n: int) -> HttpResponse:
    """回放的一格."""
    found = queries.get_inspected(request.user, number)
    return render(request, "inspection/move.html", {"case": found, "frame": frame_of(found, n)})
