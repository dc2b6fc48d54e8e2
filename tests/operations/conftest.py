"""What the tests of this room share."""

from tests.desk.road import new_case, road, signed_in

__all__ = ["new_case", "road", "signed_in"]
