"""The painter puts near things before far ones and shadows under feet."""

import numpy as np

from sideline.simulator.baskets import paint_baskets
from sideline.simulator.look import LightLook
from sideline.simulator.match import Match
from sideline.simulator.sensor import Sensor
from sideline.simulator.shadows import draw_shadows


def test_a_basket_covers_its_rim_and_lets_the_picture_show_through_the_glass(match: Match) -> None:
    camera = match.rig.right
    sensor = Sensor(match.look.sensor, match.look.light, 0)
    canvas = np.full((720, 1280, 3), 128, np.uint8)
    before = canvas.copy()
    for overlay in paint_baskets(camera, (40, 40, 160), sensor):
        overlay.draw(canvas)
    changed = np.abs(canvas.astype(int) - before).max(axis=2)
    rim, glass, floor = np.round(
        camera.project(np.array([[12.2, 3.05, 0.0], [12.8, 3.75, 0.6], [10.0, 0.0, 3.0]]))
    ).astype(int)
    assert changed[rim[1] - 2 : rim[1] + 3, rim[0] - 2 : rim[0] + 3].max() > 40
    assert 0 < changed[glass[1], glass[0]] < 60
    assert changed[floor[1], floor[0]] == 0


def test_a_person_is_nearer_than_the_basket_behind_and_farther_than_the_one_before(match: Match) -> None:
    camera = match.rig.right
    overlays = paint_baskets(camera, (40, 40, 160), Sensor(match.look.sensor, match.look.light, 0))
    board_m = min(overlay.distance_m for overlay in overlays)
    before, behind = (float(np.linalg.norm(np.array([12.8, 1.0, z]) - camera.centre_m)) for z in (2.0, -2.0))
    assert before < board_m < behind


def test_shadows_darken_the_floor_at_the_feet_and_leave_it_elsewhere(match: Match) -> None:
    camera, light = match.rig.right, LightLook((1.0, 1.0, 1.0), 1.0, 0.4, ((0.3, 0.0),), 0.0, 1.0)
    canvas = np.full((720, 1280, 3), 200, np.uint8)
    feet = np.array([[6.0, 1.0]])
    ankles = np.array([[[6.0, 0.08, 0.9], [6.0, 0.08, 1.1]]])
    draw_shadows(canvas, camera, ankles, feet, np.array([2.0]), light)
    at_feet, under_head, elsewhere = np.round(
        camera.project(np.array([[6.0, 0.0, 1.0], [6.6, 0.0, 1.0], [5.0, 0.0, 1.0]]))
    ).astype(int)
    assert canvas[at_feet[1], at_feet[0], 0] < 130
    assert canvas[under_head[1], under_head[0], 0] < 170
    assert canvas[elsewhere[1], elsewhere[0], 0] == 200
