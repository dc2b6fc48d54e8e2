"""The demonstration (演示): three programmes side by side, told as one time, so that each shows its early and its late states."""

from __future__ import annotations

from cases.access.models import User
from workflows.walking.demo_cataract import Cataracts
from workflows.walking.demo_hearing import Hearing
from workflows.walking.demo_inspection import Inspection
from workflows.walking.demo_rare_disease import RareDiseases
from workflows.walking.devices import arrive, hearing_centre
from workflows.walking.hospitals import hospitals
from workflows.walking.screening import screenings
from workflows.walking.showing import Say


class Demonstration:
    """Begins all programmes, then lets the weeks go by: who came long ago first, who came today last."""

    def __init__(self, cast: dict[str, User], say: Say) -> None:
        self.cast, self.say = cast, say
        self.rare, self.eyes, self.ears = RareDiseases(cast, say), Cataracts(cast, say), Hearing(cast, say)
        self.inspection = Inspection(cast, say)

    def begin(self) -> None:
        """Published policies, funds, hospitals, a fitting centre, and devices in the store."""
        for one in (self.rare, self.eyes, self.ears):
            one.begin()
        hospitals(self.cast)
        hearing_centre(self.cast)
        arrive(self.cast, 12)
        self.say("政策已发布，资金已设立，定点医院、验配机构已登记，助听器已入库")

    def __call__(self) -> int:
        """Make the cases; answers how many there are."""
        self.ears.long_ago()
        self.rare.long_ago()
        self.eyes.long_ago()
        granted = self.rare.granted()
        self.ears.lately()
        self.rare.lately()
        self.inspection.begun()
        self.rare.too_late()
        self.inspection.put_right()
        self.rare.at_the_bank(granted)
        for one in (self.eyes, self.ears, self.rare):
            one.today()
        screenings(self.cast, self.say)
        self.inspection.today()
        return self.rare.made + self.eyes.made + self.ears.made
