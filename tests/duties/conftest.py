"""Cases on the road for the tests of duties, in the cast's county."""

from tests.desk.road import new_case, road, signed_in
from tests.duties.people import stand_in

__all__ = ["new_case", "road", "signed_in", "stand_in"]
