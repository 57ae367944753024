"""One frame of a match: everybody posed, and projected into both cameras. Draws nothing."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arena.camera import Camera
from sideline.arrays import Bools, Float64s
from sideline.simulator.figures import Figures, outline_torsos, place_figures
from sideline.simulator.match import Match
from sideline.simulator.motion import Motion
from sideline.simulator.numbers import facing_sides, number_corners
from sideline.simulator.reach import reach_ball
from sideline.simulator.skeleton import Bodies, Joint, Stance, pose_bodies
from sideline.simulator.wardrobe import Outfits, dress

_POSTURES: Final = 5
_DRIBBLING: Final = 4
_BLEND_FRAMES: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """What stays the same about the people of a match; P persons.

    Attributes:
        outfits: What they wear.
        heights_m: (P,) body heights.
        builds: (P,) factors of the body's width.
        present: (P, L) which parts of the body each has.
    """

    outfits: Outfits
    heights_m: Float64s
    builds: Float64s
    present: Bools

    @classmethod
    def of(cls, match: Match) -> "Cast":
        """The people of a match; every other seed has referees in stripes."""
        outfits = dress(match.people, stripes=match.seed % 2 == 0)
        persons = match.people.persons
        return cls(
            outfits=outfits,
            heights_m=np.array([person.height_m for person in persons]),
            builds=np.array([person.build for person in persons]),
            present=np.asarray((outfits.radii_m > 0).any(axis=2), np.bool_),
        )


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A scene in one camera.

    Attributes:
        figures: Everybody's polygons.
        numbers_px: (P, 2, 4, 2) corners of the numbers on chest and back, pixels.
        blurs_px: (P, 2) way of the foot-point while the shutter is open, pixels.
    """

    figures: Figures
    numbers_px: Float64s
    blurs_px: Float64s


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One frame of a match.

    Attributes:
        feet_m: (P, 2) foot-points x and z.
        bodies: Everybody's joints.
        ball_m: (3,) x, y, z.
        chests_face, backs_face: (P,) whose chest and whose back turns to the cameras.
        views: Left and right camera.
    """

    feet_m: Float64s
    bodies: Bodies
    ball_m: Float64s
    chests_face: Bools
    backs_face: Bools
    views: tuple[View, View]

    @property
    def ankles_m(self) -> Float64s:
        """Both ankles: (P, 2, 3)."""
        return self.bodies.joints_m[:, [Joint.ANKLE_L, Joint.ANKLE_R]]


def build_scene(match: Match, cast: Cast, frame: int) -> Scene:
    """Pose and project everybody in one frame."""
    stance = _stance(match.motion, cast, frame)
    bodies, ball_m = pose_bodies(stance), match.motion.ball_m[frame].astype(np.float64)
    reach_ball(bodies, stance.postures[:, _DRIBBLING], ball_m)
    cameras = (match.rig.left, match.rig.right)
    viewer = (cameras[0].centre_m + cameras[1].centre_m) / 2
    torsos = outline_torsos(bodies, viewer, cast.heights_m, cast.builds)
    corners = number_corners(bodies, cast.heights_m, cast.builds)
    steps_m = _velocities(match.motion, frame) * match.look.sensor.shutter_s
    chests, backs = facing_sides(bodies, viewer)
    left, right = (
        View(
            place_figures(bodies, torsos, cast.outfits.radii_m, camera, match.look.light.side),
            camera.project(corners.reshape(-1, 3)).reshape(-1, 2, 4, 2),
            _blurs(camera, stance.feet_m, steps_m),
        )
        for camera in cameras
    )
    return Scene(stance.feet_m, bodies, ball_m, chests, backs, (left, right))


def _stance(motion: Motion, cast: Cast, frame: int) -> Stance:
    """How everybody stands; postures blend over a few frames, so that nobody snaps from one into another."""
    around = motion.posture[max(frame - _BLEND_FRAMES, 0) : frame + _BLEND_FRAMES + 1]
    return Stance(
        feet_m=motion.positions_m[frame].astype(np.float64),
        headings_rad=motion.headings_rad[frame].astype(np.float64),
        speeds_m_s=motion.speeds_m_s[frame].astype(np.float64),
        gait_rad=motion.gait_phase[frame].astype(np.float64),
        postures=(around[..., None] == np.arange(_POSTURES)).mean(axis=0),
        airborne_m=motion.airborne_m[frame].astype(np.float64),
        heights_m=cast.heights_m,
        builds=cast.builds,
    )


def _velocities(motion: Motion, frame: int) -> Float64s:
    """Velocities on the floor (P, 2), m/s, from the frames beside."""
    before, after = max(frame - 1, 0), min(frame + 1, len(motion.positions_m) - 1)
    way = motion.positions_m[after].astype(np.float64) - motion.positions_m[before]
    return np.asarray(way * (motion.fps / max(after - before, 1)), np.float64)


def _blurs(camera: Camera, feet_m: Float64s, steps_m: Float64s) -> Float64s:
    ends = [np.insert(points, 1, 1.0, axis=1) for points in (feet_m, feet_m + steps_m)]
    return np.nan_to_num(camera.project(ends[1]) - camera.project(ends[0]))
