"""Draws one scene into one camera's picture: shadows, then people, ball and baskets from far to near."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from sideline.arena.camera import Camera
from sideline.arrays import Float64s, Image
from sideline.simulator.backdrop import floor_light
from sideline.simulator.baskets import Overlay
from sideline.simulator.figures import SHIFT, Dyes, draw_limbs, draw_torso, shade
from sideline.simulator.match import Match
from sideline.simulator.motion_blur import smear
from sideline.simulator.numbers import FONTS, NumberTexture, draw_number, paint_number
from sideline.simulator.scene import Cast, Scene, View
from sideline.simulator.sensor import Sensor
from sideline.simulator.shadows import draw_shadows

_BALL_RADIUS_M: Final = 0.12
_BALL_NEARNESS_M: Final = 0.3
_BALL_RGBS: Final = ((150, 74, 30), (214, 112, 48))
_SMALLEST_BLUR_PX: Final = 2.5
_BALL: Final = -1


@dataclass(frozen=True, slots=True)
class Stage:
    """One camera with what can hide people in its picture."""

    camera: Camera
    overlays: list[Overlay]


class Painter:
    """Draws the scenes of one match; holds what does not change from frame to frame."""

    def __init__(self, match: Match, cast: Cast, sensor: Sensor) -> None:
        """Paint the numbers."""
        self._light, self._cast, self._sensor = match.look.light, cast, sensor
        self._numbers = _paint_numbers(match, sensor)
        self._ball_rgbs = sensor.expose_colours(np.array(_BALL_RGBS, np.float64)).tolist()

    def renumber(self, match: Match) -> None:
        """Paint other numbers on the shirts: those of the people of `match`, in its fonts."""
        self._numbers = _paint_numbers(match, self._sensor)

    def paint(self, canvas: Image, stage: Stage, scene: Scene, view: View) -> None:
        """Draw a scene on the picture of the empty arena."""
        tops_m = scene.bodies.joints_m[:, :, 1].max(axis=1)
        draw_shadows(canvas, stage.camera, scene.ankles_m, scene.feet_m, tops_m, self._light)
        dyes, light = self._dye(scene.feet_m)
        people = len(self._cast.heights_m)
        for thing in _from_far_to_near(stage, scene, view):
            if thing == _BALL:
                self._draw_ball(canvas, stage.camera, scene.ball_m)
            elif thing < people:
                self._draw_person(canvas, scene, view, thing, dyes, float(light[thing]))
            else:
                stage.overlays[thing - people].draw(canvas)

    def _dye(self, feet_m: Float64s) -> tuple[Dyes, Float64s]:
        """Colours of everybody under the light where they stand, and that light (P,)."""
        light = floor_light(feet_m[:, 0], feet_m[:, 1], self._light.falloff).astype(np.float64)
        outfits, expose = self._cast.outfits, self._sensor.expose_colours
        parts = expose(shade(outfits.colours) * light[:, None, None, None])
        torsos = expose(shade(outfits.shirts) * light[:, None, None])
        trims = expose(outfits.trims * light[:, None])
        return Dyes(parts.tolist(), torsos.tolist(), trims.tolist()), light

    def _draw_person(self, canvas: Image, scene: Scene, view: View, person: int, dyes: Dyes, light: float) -> None:
        blur_px = view.blurs_px[person]
        if np.hypot(*blur_px) < _SMALLEST_BLUR_PX:
            self._draw_sharp(canvas, scene, view, person, dyes, light)
            return
        with smear(canvas, view.figures.boxes_px[person], blur_px):
            self._draw_sharp(canvas, scene, view, person, dyes, light)

    def _draw_sharp(self, canvas: Image, scene: Scene, view: View, person: int, dyes: Dyes, light: float) -> None:
        behind, before = view.figures.split_at_torso(person, self._cast.present)
        draw_limbs(canvas, view.figures, person, behind, dyes)
        draw_torso(canvas, view.figures, person, dyes, self._cast.outfits.striped[person])
        texture = self._numbers[person]
        for side, faces in enumerate((scene.chests_face, scene.backs_face)):
            if texture is not None and faces[person]:
                draw_number(canvas, texture, view.numbers_px[person, side], light)
        draw_limbs(canvas, view.figures, person, before, dyes)

    def _draw_ball(self, canvas: Image, camera: Camera, ball_m: Float64s) -> None:
        edge = ball_m + camera.rotation[0] * _BALL_RADIUS_M
        centre, side = camera.project(np.stack([ball_m, edge]))
        radius = float(np.linalg.norm(side - centre))
        if not np.isfinite(radius) or not camera.sees(centre, -20):
            return
        for rgb, size, lift in zip(self._ball_rgbs, (1.0, 0.7), (0.0, 0.2), strict=True):
            column, row = (int(value) for value in np.round((centre - [0.0, lift * radius]) * (1 << SHIFT)))
            cv2.circle(canvas, (column, row), round(size * radius * (1 << SHIFT)), rgb, -1, cv2.LINE_AA, SHIFT)


def _from_far_to_near(stage: Stage, scene: Scene, view: View) -> list[int]:
    """Things to draw: people by their row, overlays by number of people + index, the ball as −1."""
    people = len(view.figures.distance_m)
    seen = np.flatnonzero(view.figures.seen)
    ball_m = float(np.linalg.norm(scene.ball_m - stage.camera.centre_m)) - _BALL_NEARNESS_M
    things = np.concatenate([seen, people + np.arange(len(stage.overlays)), [_BALL]])
    hiders_m = np.array([*(overlay.distance_m for overlay in stage.overlays), ball_m])
    order = np.argsort(-np.concatenate([view.figures.distance_m[seen], hiders_m]), kind="stable")
    return [int(thing) for thing in things[order]]


def _paint_numbers(match: Match, sensor: Sensor) -> list[NumberTexture | None]:
    """Every person's number texture under the camera's exposure; None without a number."""
    people = match.people
    kits = {"home": people.home_kit, "away": people.away_kit}
    textures: list[NumberTexture | None] = []
    for person in people.persons:
        kit = kits.get(person.category)
        if kit is None or not person.number:
            textures.append(None)
            continue
        font = FONTS[match.fonts[kit.font % len(match.fonts)]]
        textures.append(paint_number(person.number, kit, font, sensor.expose_colours))
    return textures
