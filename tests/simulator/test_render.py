"""Pictures are reproducible, in RGB, and show the people where the truth says they are."""

import numpy as np

from sideline.simulator.match import Match
from sideline.simulator.numbers import FONTS
from sideline.simulator.people import draw_other_numbers
from sideline.simulator.render import Renderer
from sideline.simulator.scene import Cast, build_scene
from sideline.simulator.sensor import Sensor
from sideline.simulator.skeleton import Joint


def test_a_frame_is_two_rgb_images_of_the_rig_size(renderer: Renderer) -> None:
    for image in renderer.render(0):
        assert image.shape == (720, 1280, 3)
        assert image.dtype == np.uint8


def test_a_frame_is_the_same_whatever_was_rendered_before(match: Match, renderer: Renderer) -> None:
    renderer.render(30)
    fresh = Renderer(match)
    for again, first in zip(renderer.render(7), fresh.render(7), strict=True):
        np.testing.assert_array_equal(again, first)


def test_two_frames_differ_where_people_move_and_not_only_by_noise(renderer: Renderer) -> None:
    first, later = (np.concatenate(renderer.render(frame), axis=1).astype(int) for frame in (0, 40))
    assert (np.abs(first - later) > 60).any(axis=2).sum() > 2000


def test_boxes_in_the_truth_hold_the_projected_foot_points(match: Match, renderer: Renderer) -> None:
    truth = renderer.truth(20)
    feet = np.insert(truth.foot_points_m, 1, 0.0, axis=1)
    checked = 0
    for camera, boxes in ((match.rig.left, truth.left_boxes_px), (match.rig.right, truth.right_boxes_px)):
        pixels = camera.project(feet)
        rows = truth.on_floor & np.isfinite(boxes).all(axis=1) & (match.motion.airborne_m[20] == 0)
        assert (pixels[rows] >= boxes[rows, :2] - 6).all()
        assert (pixels[rows] <= boxes[rows, 2:] + 6).all()
        checked += int(rows.sum())
    assert checked >= 10


def test_everybody_on_the_floor_is_in_at_least_one_image(renderer: Renderer) -> None:
    truth = renderer.truth(10)
    boxes = np.isfinite(truth.left_boxes_px).all(axis=1) | np.isfinite(truth.right_boxes_px).all(axis=1)
    assert truth.on_floor.sum() >= 10
    assert boxes[truth.on_floor].all()


def test_a_player_wears_the_colour_of_the_own_kit(match: Match, renderer: Renderer) -> None:
    sensor = Sensor(match.look.sensor, match.look.light, 0)
    people = match.people
    shirts = sensor.expose_colours(np.array([people.home_kit.shirt_rgb, people.away_kit.shirt_rgb], np.float64))
    right = wrong = 0
    for frame in (0, 25, 49):
        scene = build_scene(match, Cast.of(match), frame)
        truth, images = renderer.truth(frame), renderer.render(frame)
        for person in np.flatnonzero(truth.on_floor & (truth.visibility > 0.98)).tolist():
            category = people.persons[person].category
            waists = [view.figures.joints_px[person, Joint.WAIST] for view in scene.views]
            for image, camera, waist in zip(images, (match.rig.left, match.rig.right), waists, strict=True):
                if category in ("home", "away") and camera.sees(waist, 5.0):
                    column, row = np.round(waist).astype(int)
                    colour = np.median(image[row - 1 : row + 2, column - 1 : column + 2].reshape(-1, 3), axis=0)
                    nearest = int(np.argmin(np.linalg.norm(shirts - colour, axis=1)))
                    right += nearest == ("home", "away").index(category)
                    wrong += nearest != ("home", "away").index(category)
    assert right >= 5
    assert wrong <= 0.2 * right


def test_other_numbers_change_the_shirts_and_nothing_else(match: Match) -> None:
    renderer = Renderer(match)
    before = np.stack(renderer.render(5)).astype(int)
    renderer.renumber(draw_other_numbers(match.people, len(FONTS), np.random.default_rng(0)), tuple(range(len(FONTS))))
    changed = np.abs(np.stack(renderer.render(5)).astype(int) - before).max(axis=-1) > 8
    assert 0.00005 < changed.mean() < 0.01
    renderer.renumber(match.people, match.fonts)
    np.testing.assert_array_equal(np.stack(renderer.render(5)), before)
