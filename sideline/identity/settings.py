"""What the resolver takes for granted about matches and trackers; chosen on simulated matches, seeds below 900000."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResolverSettings:
    """Assumptions of the resolver.

    Attributes:
        exclusive: Whether one person may be in one tracklet at a time only; off for comparison.
        continuity: Whether a tracklet that begins where another one ended is likely to be the same person.
        presence: Whether somebody on the floor before and after is likely to be there in between.
        least_probability: An identity that is less probable is not said: unknown.
        unknown_share: Share of the tracklets that are expected to be nobody on the roster.
        off_roster_share: Share of read numbers that are expected not to be on the roster.
        overlap_s: Two tracklets that share more time than this are two people.
        longest_gap_s: After a longer gap nobody is followed by place alone.
        stint_s: How long a player stays on the floor, or at the bench, on average.
        evidence_s: Time in which a tracklet tells one independent time that somebody is on the floor.
        rounds: How often looks and identities are estimated from each other.
        sweeps: How often, in each round, tracklets tell each other who they are.
    """

    exclusive: bool = True
    continuity: bool = True
    presence: bool = True
    least_probability: float = 0.35
    unknown_share: float = 0.02
    off_roster_share: float = 0.02
    overlap_s: float = 0.3
    longest_gap_s: float = 6.0
    stint_s: float = 180.0
    evidence_s: float = 20.0
    rounds: int = 8
    sweeps: int = 6
