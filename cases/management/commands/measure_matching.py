"""`manage.py measure_matching`: precision and recall of the comparison of people on a labelled set, by threshold."""

from argparse import ArgumentParser
from collections import defaultdict
from typing import Any

from django.core.management.base import BaseCommand

from cases.duplicates.labelled import MANY, judged, measure, pairs
from cases.duplicates.shipped import THRESHOLD

THRESHOLDS = tuple(range(60, 100, 5))


class Command(BaseCommand):
    """查重的查准率和查全率."""

    help = (
        "Print precision and recall of the matching of people by threshold, and the share found of each kind of pair."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=MANY, help="how many invented people")
        parser.add_argument("--seed", type=int, default=640, help="another set of the same make")

    def handle(self, *args: Any, **options: Any) -> None:
        judgments = [(pair, judged(pair).score) for pair in pairs(options["people"], options["seed"])]
        truths = [(pair.same, score) for pair, score in judgments]
        self.stdout.write(f"{len(truths)} pairs, {sum(same for same, _score in truths)} of one person")
        self.stdout.write("threshold  precision  recall")
        for row in measure(truths, THRESHOLDS):
            shipped = "  shipped" if row.threshold == THRESHOLD else ""
            self.stdout.write(f"{row.threshold:>9}  {row.precision:>9.3f}  {row.recall:>6.3f}{shipped}")
        kinds: dict[tuple[bool, str], list[int]] = defaultdict(list)
        for pair, score in judgments:
            kinds[(pair.same, pair.kind)].append(score)
        self.stdout.write(f"called one person at {THRESHOLD}, by kind:")
        for (same, kind), scores in sorted(kinds.items(), reverse=True):
            share = sum(score >= THRESHOLD for score in scores) / len(scores)
            self.stdout.write(f"  {'same ' if same else 'other'} {kind:<10} {share:>6.3f}")
