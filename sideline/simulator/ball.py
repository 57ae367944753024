"""The ball of a simulated match: in somebody's hands, dribbled, or in flight. Knows nothing about who plays."""

from dataclasses import dataclass, field

import numpy as np

from sideline.arrays import Float64s


@dataclass(slots=True)
class Ball:
    """The ball: held by a person or flying to a person or a point.

    Attributes:
        position_m: x, y, z.
        holder: Person ID, or -1 in flight.
        receiver: Person ID that the flight follows, or -1 for a fixed point.
    """

    position_m: Float64s = field(default_factory=lambda: np.array([0.0, 1.0, 0.0]))
    holder: int = -1
    receiver: int = -1
    start_m: Float64s = field(default_factory=lambda: np.zeros(3))
    end_m: Float64s = field(default_factory=lambda: np.zeros(3))
    apex_m: float = 0.0
    elapsed_s: float = 0.0
    flight_s: float = 0.0

    @property
    def is_flying(self) -> bool:
        """Whether nobody holds the ball."""
        return self.holder < 0

    def give_to(self, person: int) -> None:
        """Put the ball into a person's hands."""
        self.holder = person

    def throw_to(self, person: int, flight_s: float, apex_m: float = 0.3) -> None:
        """Start a pass that ends in a person's hands wherever they will be."""
        self.throw_at(self.position_m, flight_s, apex_m)
        self.receiver = person

    def throw_at(self, end_m: Float64s, flight_s: float, apex_m: float) -> None:
        """Start a flight to a point; apex_m is the height above the straight line."""
        self.start_m, self.end_m = self.position_m.copy(), np.asarray(end_m, float).copy()
        self.apex_m, self.flight_s, self.elapsed_s = apex_m, flight_s, 0.0
        self.holder, self.receiver = -1, -1

    def advance(self, dt_s: float, hands_m: Float64s, bounce: float) -> None:
        """Move the ball by one frame.

        Args:
            dt_s: Seconds.
            hands_m: (P, 3) where each person holds a ball, x, y, z.
            bounce: 0–1, height of a dribbled ball relative to the hand.
        """
        if not self.is_flying:
            self.position_m = hands_m[self.holder] * np.array([1.0, bounce, 1.0])
            return
        self.elapsed_s += dt_s
        share = min(self.elapsed_s / max(self.flight_s, dt_s), 1.0)
        if self.receiver >= 0:
            self.end_m = hands_m[self.receiver]
        self.position_m = self.start_m + share * (self.end_m - self.start_m)
        self.position_m[1] += 4.0 * self.apex_m * share * (1.0 - share)
        if share >= 1.0 and self.receiver >= 0:
            self.give_to(self.receiver)
