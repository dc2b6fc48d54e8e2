"""The example policy of a programme put in force by two people, for demonstrations and tests."""

from collections.abc import Mapping
from typing import Any

from cases.policy.actions import load_policy, publish
from cases.policy.models import PolicyVersion


def put_in_force(*, programme: str, version: Mapping[str, Any], editor: Any, publisher: Any) -> PolicyVersion:
    """Load and publish a shipped policy by the real actions, unless the programme has a published one already.

    A real office loads the example as a draft on the policy page, puts its own numbers in, and has it published there.
    """
    held = PolicyVersion.objects.filter(programme=programme, status=PolicyVersion.PUBLISHED).first()
    if held is not None:
        return held
    draft = load_policy(programme=programme, version=version, by=editor)
    return publish(version=draft, by=publisher)
