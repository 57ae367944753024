"""Visibility: what stands before a person counts, what stands behind does not."""

from dataclasses import replace

import numpy as np
import pytest

from sideline.simulator.match import Match
from sideline.simulator.scene import Cast, build_scene
from sideline.simulator.truth import image_boxes, measure_visibility


def _visibility(match: Match, places_m: list[tuple[float, float]]) -> np.ndarray:
    """Visibility in the right camera of a match's first persons, standing at places; the others are far outside."""
    cast = Cast.of(match)
    positions = np.full_like(match.motion.positions_m, 200.0)
    positions[:, : len(places_m)] = places_m
    still = np.zeros_like(match.motion.airborne_m)
    motion = replace(
        match.motion,
        positions_m=positions,
        airborne_m=still,
        speeds_m_s=still,
        headings_rad=still,
        posture=np.zeros_like(match.motion.posture),
    )
    moved = replace(match, motion=motion)
    scene = build_scene(moved, cast, 0)
    return measure_visibility(scene.views[1].figures, cast.present, match.rig.right)[: len(places_m)]


def test_people_apart_are_wholly_visible(match: Match) -> None:
    np.testing.assert_allclose(_visibility(match, [(4.0, 0.0), (8.0, 0.0)]), 1.0)


def test_a_person_right_behind_another_is_mostly_hidden_and_the_nearer_one_is_not(match: Match) -> None:
    camera = match.rig.right.centre_m[[0, 2]]
    near = np.array([6.0, 1.0])
    far = near + 0.12 * (near - camera) / np.linalg.norm(near - camera)
    visibility = _visibility(match, [tuple(near), tuple(far)])
    assert visibility[0] == pytest.approx(1.0)
    assert visibility[1] < 0.5


def test_a_person_outside_the_image_has_no_visibility_and_no_box(match: Match) -> None:
    assert _visibility(match, [(-13.0, 0.0)])[0] == 0.0
    cast = Cast.of(match)
    scene = build_scene(match, cast, 0)
    boxes = image_boxes(scene.views[1].figures)
    assert np.isnan(boxes[~scene.views[1].figures.seen]).all()


def test_a_person_cut_by_the_edge_of_the_image_is_partly_visible(match: Match) -> None:
    camera = match.rig.right
    line = np.linspace(-6.0, 2.0, 161)
    pixels = camera.project(np.stack([line, np.ones_like(line), np.full_like(line, 2.0)], axis=1))
    at_edge = float(line[np.argmin(np.abs(pixels[:, 0]))])
    assert 0.2 < _visibility(match, [(at_edge, 2.0)])[0] < 0.8
