"""Which venue a training match is played in: it follows from the seed, and is never `heldout`."""

from enum import StrEnum

import numpy as np

from sideline.simulator.venues import ANYWHERE, TRAINING_VENUES, VENUE_PARTS


class VenueChoice(StrEnum):
    """How the venue of a training match follows from its seed."""

    NAMED = "named"
    """One of the training venues."""
    MIXED = "mixed"
    """Floor, stands, light, sensor and rig of one training venue each."""
    ANYWHERE = "anywhere"
    """The venue `anywhere`."""
    VARIED = "varied"
    """`anywhere` for odd seeds, mixed for even ones."""

    def name_venue(self, seed: int) -> str:
        """Name of the venue of the match with this seed."""
        if self is VenueChoice.ANYWHERE or (self is VenueChoice.VARIED and seed % 2):
            return ANYWHERE
        if self is VenueChoice.NAMED:
            return TRAINING_VENUES[seed % len(TRAINING_VENUES)].name
        parts = np.random.default_rng(seed).integers(len(TRAINING_VENUES), size=VENUE_PARTS)
        return "+".join(TRAINING_VENUES[index].name for index in parts)
