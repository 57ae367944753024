"""How each person of a frame is marked in the pictures: a colour for the team, a tag for track and number."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from client.detections import Detections
from client.drawing.palette import Rgb
from client.drawing.team_colours import TeamColours
from sideline.arrays import Float32s
from sideline.tensors import NO_NUMBER, NO_TRACK, Category

_LIKELY: Final = 0.5


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of one person.

    Attributes:
        category: None while none is likely.
        colour: Of the category, or of nobody's while it is not known.
        track_id: None while no window told of the person.
        micro_track_id: The person's micro-track.
        jersey_number: None while none was legible.
    """

    category: Category | None
    colour: Rgb
    track_id: int | None
    micro_track_id: int
    jersey_number: int | None

    @property
    def tag(self) -> str:
        """ "12 #23": the track and the number; a person without a track has the micro-track alone."""
        if self.track_id is None:
            return f"m{self.micro_track_id}"
        return f"{self.track_id}" if self.jersey_number is None else f"{self.track_id} #{self.jersey_number}"


def mark_people(found: Detections, colours: TeamColours) -> list[Mark]:
    """One mark a detection, in the same order."""
    rows = zip(
        (find_likely_category(row) for row in found.team_probabilities),
        found.track_ids.tolist(),
        found.micro_track_ids.tolist(),
        found.jersey_numbers.tolist(),
        strict=True,
    )
    return [
        Mark(
            category=category,
            colour=colours.of_category(category),
            track_id=None if track == NO_TRACK else track,
            micro_track_id=micro,
            jersey_number=None if number == NO_NUMBER else number,
        )
        for category, track, micro, number in rows
    ]


def find_likely_category(team_probabilities: Float32s) -> Category | None:
    """The category that has at least half of the probability [3], if one has."""
    category = Category(int(np.argmax(team_probabilities)))
    return category if team_probabilities[category] >= _LIKELY else None
