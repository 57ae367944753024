"""A simulated match: people, their motion, the rig and the look, all made from a seed and a venue's name."""

import zlib
from dataclasses import dataclass

import numpy as np

from sideline.arena.rig import Rig
from sideline.errors import SimulationError
from sideline.simulator.look import Look, draw_look
from sideline.simulator.motion import Motion, simulate_motion
from sideline.simulator.people import People, make_people
from sideline.simulator.rigs import draw_rig
from sideline.simulator.venues import find_venue


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Everything about a match except its pictures.

    Attributes:
        seed: Seed, ≥ 0.
        venue: Name of the venue.
        fonts: Number fonts of the venue.
        look: What floor, stands, light and cameras look like.
        rig: The cameras.
        people: Who takes part.
        motion: What they do.
    """

    seed: int
    venue: str
    fonts: tuple[int, ...]
    look: Look
    rig: Rig
    people: People
    motion: Motion

    @classmethod
    def create(cls, seed: int, venue: str, seconds: float, fps: float = 25.0) -> "Match":
        """Make up a match; the same arguments give the same match.

        Raises:
            SimulationError: When the venue is unknown, the seed negative or the length not positive.
        """
        place = find_venue(venue)
        if seed < 0:
            raise SimulationError(f"the seed must not be negative, but is {seed}")
        if not seconds * fps >= 1:
            raise SimulationError(f"{seconds} s at {fps} frames/s is not even one frame; ask for more seconds")
        streams = np.random.SeedSequence([seed, zlib.crc32(venue.encode())]).spawn(4)
        look_rng, rig_rng, people_rng, motion_rng = (np.random.default_rng(stream) for stream in streams)
        people = make_people(people_rng)
        return cls(
            seed=seed,
            venue=venue,
            fonts=place.fonts,
            look=draw_look(place, look_rng),
            rig=draw_rig(place, rig_rng),
            people=people,
            motion=simulate_motion(people, seconds, fps, motion_rng),
        )

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.motion.positions_m)
