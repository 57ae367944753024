"""The renderer: any frame of a match as the two cameras see it, and the truth about it."""

from dataclasses import replace
from typing import Final

import numpy as np

from sideline.arrays import Float64s, Image
from sideline.simulator.backdrop import paint_backdrop
from sideline.simulator.baskets import paint_baskets
from sideline.simulator.court_paint import paint_floor
from sideline.simulator.legibility import NumberTruth, measure_numbers
from sideline.simulator.match import Match
from sideline.simulator.painter import Painter, Stage
from sideline.simulator.people import People
from sideline.simulator.scene import Cast, Scene, build_scene
from sideline.simulator.sensor import Sensor
from sideline.simulator.stands import build_panels
from sideline.simulator.truth import FrameTruth, image_boxes, measure_visibility

_SIDES: Final = (0, 1)


class Renderer:
    """Renders frames of one match in any order; the same match and frame always give the same picture."""

    def __init__(self, match: Match) -> None:
        """Paint what does not move; takes about a second."""
        self._match, look = match, match.look
        rng = np.random.default_rng(look.texture_seed)
        floor = paint_floor(look.floor, rng)
        panels = build_panels(look.stands, look.floor.words, rng)
        self._sensor = Sensor(look.sensor, look.light, look.texture_seed)
        self._cast = Cast.of(match)
        self._painter = Painter(match, self._cast, self._sensor)
        self._latest: tuple[int, Scene] | None = None
        cameras = (match.rig.left, match.rig.right)
        self._stages = [Stage(camera, paint_baskets(camera, look.floor.accent, self._sensor)) for camera in cameras]
        self._backdrops = [
            self._sensor.expose_backdrop(paint_backdrop(camera, floor, panels, look.light, look.floor.gloss))
            for camera in cameras
        ]

    def render(self, frame: int) -> tuple[Image, Image]:
        """Render one frame.

        Args:
            frame: 0-based index of the frame.

        Returns:
            Left and right image, [720, 1280, 3] uint8 RGB.
        """
        scene = self._scene(frame)
        left, right = (self._render_side(scene, side, frame) for side in _SIDES)
        return left, right

    def renumber(self, people: People, fonts: tuple[int, ...]) -> None:
        """Paint the numbers of other people on the shirts from now on; everything else stays.

        Args:
            people: As many as in the match; their numbers, and how their kits show numbers.
            fonts: Number fonts that the kits' `font` chooses from.
        """
        self._painter.renumber(replace(self._match, people=people, fonts=fonts))

    def truth(self, frame: int) -> FrameTruth:
        """The truth about one frame; cheaper right after `render` of the same frame."""
        scene = self._scene(frame)
        left, right = (view.figures for view in scene.views)
        shares = [measure_visibility(figures, self._cast.present, self._match.rig.left) for figures in (left, right)]
        return FrameTruth(
            person_ids=np.arange(len(scene.feet_m), dtype=np.int64),
            foot_points_m=scene.feet_m,
            on_floor=self._match.motion.on_floor[frame].copy(),
            visibility=np.maximum(*shares),
            left_boxes_px=image_boxes(left),
            right_boxes_px=image_boxes(right),
        )

    def camera_truth(self, frame: int, side: int) -> tuple[Float64s, NumberTruth]:
        """What one camera (0 left, 1 right) shows of everybody: visibility (P,) there, and the numbers."""
        scene, rig, present = self._scene(frame), self._match.rig, self._cast.present
        camera = (rig.left, rig.right)[side]
        visibility = measure_visibility(scene.views[side].figures, present, camera)
        return visibility, measure_numbers(scene, side, present, camera)

    def _scene(self, frame: int) -> Scene:
        """The posed frame; the latest one is kept for whoever asks for picture and truth."""
        if self._latest is None or self._latest[0] != frame:
            self._latest = frame, build_scene(self._match, self._cast, frame)
        return self._latest[1]

    def _render_side(self, scene: Scene, side: int, frame: int) -> Image:
        canvas = self._backdrops[side].copy()
        self._painter.paint(canvas, self._stages[side], scene, scene.views[side])
        return self._sensor.finish(canvas, 2 * frame + side)
