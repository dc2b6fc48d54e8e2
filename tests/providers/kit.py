"""Making hospitals and permits by the real actions."""

from workflows.walking.hospitals import USCC, hospital, hospitals

__all__ = ["USCC", "hospital", "hospitals"]
