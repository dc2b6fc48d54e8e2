"""What the tests of this room share."""

from tests.desk.road import signed_in
from tests.desk.standing import new_case, road, standing

__all__ = ["new_case", "road", "signed_in", "standing"]
