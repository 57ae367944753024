"""The renderer: any frame of a match as the two cameras see it, and the truth about it.

Puts together backdrop, shadows, figures, numbers, baskets and sensor; each of them is a module of its own.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from sideline.arrays import Float64s, Image
from sideline.simulator.backdrop import floor_light, paint_backdrop
from sideline.simulator.court_paint import paint_floor
from sideline.simulator.figures import Figures, draw_figure, outline_torsos, place_figures, shade
from sideline.simulator.match import Match
from sideline.simulator.sensor import Sensor
from sideline.simulator.skeleton import Stance, pose_bodies
from sideline.simulator.stands import build_panels
from sideline.simulator.truth import FrameTruth, image_boxes, measure_visibility
from sideline.simulator.wardrobe import dress

SIDES: Final = ("left", "right")
_POSTURES: Final = 5
_BLEND_FRAMES: Final = 3


@dataclass(frozen=True, slots=True)
class _Scene:
    """One frame, posed and projected."""

    feet_m: Float64s
    figures: tuple[Figures, Figures]


class Renderer:
    """Renders frames of one match in any order."""

    def __init__(self, match: Match) -> None:
        """Paint what does not move; takes about a second."""
        self._match = match
        look = match.look
        rng = np.random.default_rng(look.texture_seed)
        floor = paint_floor(look.floor, rng)
        panels = build_panels(look.stands, look.floor.words, rng)
        self._cameras = (match.rig.left, match.rig.right)
        self._sensor = Sensor(look.sensor, look.light, look.texture_seed)
        self._backdrops = tuple(
            self._sensor.expose(paint_backdrop(camera, floor, panels, look.light, look.floor.gloss))
            for camera in self._cameras
        )
        self._outfits = dress(match.people, stripes=match.seed % 2 == 0)
        self._heights_m = np.array([person.height_m for person in match.people.persons])
        self._builds = np.array([person.build for person in match.people.persons])
        self._present = (self._outfits.radii_m > 0).any(axis=2)

    def render(self, frame: int) -> tuple[Image, Image]:
        """Render one frame.

        Args:
            frame: 0-based index of the frame.

        Returns:
            Left and right image, [720, 1280, 3] uint8 RGB.
        """
        scene = self._scene(frame)
        left, right = (self._render_side(scene, side, frame) for side in range(2))
        return left, right

    def truth(self, frame: int) -> FrameTruth:
        """The truth about one frame; costs nothing in `render`."""
        scene, motion = self._scene(frame), self._match.motion
        shares = [
            measure_visibility(figures, self._present, camera)
            for figures, camera in zip(scene.figures, self._cameras, strict=True)
        ]
        return FrameTruth(
            person_ids=np.arange(len(self._heights_m), dtype=np.int64),
            foot_points_m=scene.feet_m,
            on_floor=motion.on_floor[frame].copy(),
            visibility=np.maximum(*shares),
            left_boxes_px=image_boxes(scene.figures[0]),
            right_boxes_px=image_boxes(scene.figures[1]),
        )

    def _render_side(self, scene: _Scene, side: int, frame: int) -> Image:
        canvas = self._backdrops[side].copy()
        figures = scene.figures[side]
        parts, torsos = self._lit_colours(scene.feet_m)
        for person in np.argsort(-figures.distance_m, kind="stable").tolist():
            if figures.seen[person]:
                draw_figure(canvas, figures, person, parts[person], torsos[person])
        return self._sensor.finish(canvas, frame * 2 + side)

    def _lit_colours(self, feet_m: Float64s) -> tuple[list[list[list[list[float]]]], list[list[list[float]]]]:
        """Colours of everybody's parts and torsos under the light where they stand."""
        light = floor_light(feet_m[:, 0], feet_m[:, 1], self._match.look.light.falloff).astype(np.float64)
        parts = self._sensor.expose_colours(shade(self._outfits.colours) * light[:, None, None, None])
        parts[~self._present] = np.nan
        torsos = self._sensor.expose_colours(shade(self._outfits.shirts) * light[:, None, None])
        return parts.tolist(), torsos.tolist()

    def _scene(self, frame: int) -> _Scene:
        stance = self._stance(frame)
        bodies = pose_bodies(stance)
        viewer = (self._cameras[0].centre_m + self._cameras[1].centre_m) / 2
        torsos = outline_torsos(bodies, viewer, self._heights_m, self._builds)
        side = self._match.look.light.side
        left, right = (place_figures(bodies, torsos, self._outfits.radii_m, camera, side) for camera in self._cameras)
        return _Scene(stance.feet_m, (left, right))

    def _stance(self, frame: int) -> Stance:
        """How everybody stands; postures blend over a few frames, so that nobody snaps from one into another."""
        motion = self._match.motion
        around = motion.posture[max(frame - _BLEND_FRAMES, 0) : frame + _BLEND_FRAMES + 1]
        weights = (around[..., None] == np.arange(_POSTURES)).mean(axis=0)
        return Stance(
            feet_m=motion.positions_m[frame].astype(np.float64),
            headings_rad=motion.headings_rad[frame].astype(np.float64),
            speeds_m_s=motion.speeds_m_s[frame].astype(np.float64),
            gait_rad=motion.gait_phase[frame].astype(np.float64),
            postures=weights,
            airborne_m=motion.airborne_m[frame].astype(np.float64),
            heights_m=self._heights_m,
            builds=self._builds,
        )
