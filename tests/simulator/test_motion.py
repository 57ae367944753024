"""The motion of a match: what bodies can do, what the game demands, and that it is hard to track."""

import numpy as np
import pytest

from sideline.arrays import Float64s
from sideline.errors import SimulationError
from sideline.evaluation.baseline import measure_association_loss
from sideline.evaluation.observations import Observations
from sideline.simulator.motion import Motion, simulate_motion
from sideline.simulator.people import make_people

SEEDS = (11, 12, 13)
FPS = 25.0
HOOPS_M = np.array([[12.425, 0.0], [-12.425, 0.0]])


def motion_of(seed: int, seconds: float, fps: float = FPS) -> Motion:
    rng = np.random.default_rng(seed)
    return simulate_motion(make_people(rng), seconds, fps, rng)


@pytest.fixture(scope="module")
def motions() -> list[Motion]:
    return [motion_of(seed, 60.0) for seed in SEEDS]


def test_every_array_has_the_documented_shape_and_type() -> None:
    motion = motion_of(1, 2.0)
    assert motion.positions_m.shape == (50, 27, 2)
    assert motion.ball_m.shape == (50, 3)
    for array in (motion.headings_rad, motion.speeds_m_s, motion.gait_phase, motion.airborne_m):
        assert array.shape == (50, 27)
        assert array.dtype == np.float32
    assert motion.posture.shape == motion.on_floor.shape == (50, 27)
    assert motion.posture.dtype == np.uint8
    assert motion.on_floor.dtype == np.bool_
    assert motion.is_live.shape == (50,)


def test_all_values_are_finite(motions: list[Motion]) -> None:
    for motion in motions:
        for array in (motion.positions_m, motion.headings_rad, motion.gait_phase, motion.airborne_m, motion.ball_m):
            assert np.isfinite(array).all()


def test_one_frame_can_be_asked_for() -> None:
    assert motion_of(2, 0.04).positions_m.shape == (1, 27, 2)


@pytest.mark.parametrize(("seconds", "fps"), [(0.0, 25.0), (-1.0, 25.0), (10.0, 5.0), (10.0, 500.0)])
def test_impossible_lengths_and_rates_are_refused(seconds: float, fps: float) -> None:
    with pytest.raises(SimulationError, match="10–120 fps"):
        motion_of(1, seconds, fps)


def test_the_same_seed_gives_the_same_match_and_another_seed_another() -> None:
    first, again, other = motion_of(4, 5.0), motion_of(4, 5.0), motion_of(5, 5.0)
    assert np.array_equal(first.positions_m, again.positions_m)
    assert np.array_equal(first.ball_m, again.ball_m)
    assert not np.array_equal(first.positions_m, other.positions_m)


def test_nobody_runs_faster_than_a_sprinter_and_some_sprint(motions: list[Motion]) -> None:
    fastest = [np.linalg.norm(np.diff(motion.positions_m, axis=0), axis=2).max() * FPS for motion in motions]
    assert max(fastest) < 8.3
    assert max(fastest) > 7.0


def test_speeds_are_those_of_the_paths(motions: list[Motion]) -> None:
    motion = motions[0]
    steps = np.linalg.norm(np.diff(motion.positions_m.astype(np.float64), axis=0), axis=2) * FPS
    assert np.abs(motion.speeds_m_s[1:] - steps).mean() < 0.1


def test_legs_accelerate_by_five_metres_per_second_squared_and_only_contact_by_more(motions: list[Motion]) -> None:
    for motion in motions:
        paths = motion.positions_m.astype(np.float64)
        acceleration = np.linalg.norm(np.diff(paths, 2, axis=0), axis=2) * FPS**2
        assert np.quantile(acceleration, 0.99) < 5.3
        assert np.quantile(acceleration, 0.999) < 9.0
        assert acceleration.max() < 16.0


def test_no_two_bodies_share_a_place_and_some_are_in_contact(motions: list[Motion]) -> None:
    for motion in motions:
        distance = distances_between_people(motion)
        assert distance.min() > 0.35
        assert distance.min() < 0.5


def distances_between_people(motion: Motion) -> Float64s:
    offset = motion.positions_m[:, :, None] - motion.positions_m[:, None]
    return np.asarray(np.linalg.norm(offset, axis=3) + 99.0 * np.eye(offset.shape[1]))


def test_five_of_each_team_are_on_court_whenever_play_runs(motions: list[Motion]) -> None:
    for motion in motions:
        live = motion.on_floor[motion.is_live]
        assert (live[:, :10].sum(1) == 5).all()
        assert (live[:, 10:20].sum(1) == 5).all()


def test_a_person_is_on_floor_within_a_metre_of_the_lines(motions: list[Motion]) -> None:
    x_m, z_m = np.abs(motions[0].positions_m[..., 0]), np.abs(motions[0].positions_m[..., 1])
    assert np.array_equal(motions[0].on_floor, (x_m <= 15.0) & (z_m <= 8.5))


def test_staff_stay_off_the_floor_and_referees_on_it(motions: list[Motion]) -> None:
    for motion in motions:
        assert not motion.on_floor[:, 23:].any()
        assert motion.on_floor[:, 20:23].mean() > 0.97


def test_a_minute_holds_a_stop_and_players_that_come_and_go(motions: list[Motion]) -> None:
    for motion in motions:
        assert not motion.is_live.all()
        changes = np.diff(motion.on_floor[:, :20].astype(int), axis=0)
        assert (changes > 0).any()
        assert (changes < 0).any()


def test_substitutes_sit_at_their_bench_and_nobody_sits_on_court(motions: list[Motion]) -> None:
    for motion in motions:
        sitting = motion.posture == 3
        assert not (sitting & motion.on_floor).any()
        assert sitting[:, :20].sum(1).min() >= 4
        assert (motion.positions_m[sitting][:, 1] < -9.2).all()


def test_six_or_more_fight_below_a_hoop_in_every_minute(motions: list[Motion]) -> None:
    for motion in motions:
        distance = np.linalg.norm(motion.positions_m[:, :20, None] - HOOPS_M, axis=3)
        assert (distance < 2.0).sum(axis=1).max() >= 6


def test_jumps_come_down_again_and_only_raised_arms_fly(motions: list[Motion]) -> None:
    for motion in motions:
        assert 0.3 < motion.airborne_m.max() < 0.6
        assert (motion.posture[motion.airborne_m > 0.0] == 2).all()


def test_runners_face_where_they_run(motions: list[Motion]) -> None:
    motion = motions[0]
    step = np.diff(motion.positions_m, axis=0)
    course = np.arctan2(step[..., 1], step[..., 0])
    error = np.abs((motion.headings_rad[1:] - course + np.pi) % (2 * np.pi) - np.pi)
    assert np.median(error[motion.speeds_m_s[1:] > 4.0]) < 0.2


def test_gait_advances_by_a_stride_of_plausible_length(motions: list[Motion]) -> None:
    motion = motions[0]
    metres = motion.speeds_m_s[1:] / FPS
    strides = np.diff(motion.gait_phase, axis=0) / (2 * np.pi)
    running = motion.speeds_m_s[1:] > 3.0
    length_m = metres[running] / strides[running]
    assert length_m.min() > 1.5
    assert length_m.max() < 4.8


def test_the_ball_stays_near_the_floor_and_below_the_roof(motions: list[Motion]) -> None:
    for motion in motions:
        assert np.abs(motion.ball_m[:, 0]).max() < 16.5
        assert np.abs(motion.ball_m[:, 2]).max() < 10.0
        assert motion.ball_m[:, 1].min() >= -0.01
        assert 3.0 < motion.ball_m[:, 1].max() < 8.0


@pytest.mark.parametrize("fps", [12.5, 50.0])
def test_other_frame_rates_give_the_same_kind_of_match(fps: float) -> None:
    motion = motion_of(7, 20.0, fps)
    assert len(motion.positions_m) == round(20 * fps)
    assert np.linalg.norm(np.diff(motion.positions_m, axis=0), axis=2).max() * fps < 8.5
    assert distances_between_people(motion).min() > 0.3


@pytest.mark.parametrize("seed", [21, 22])
def test_nearest_neighbour_tracking_loses_ten_points_of_association(seed: int) -> None:
    motion = motion_of(seed, 30.0)
    frames, people = np.nonzero(motion.on_floor)
    points_m = motion.positions_m[frames, people].astype(np.float64)
    assert measure_association_loss(Observations(frames, people, points_m), seed=seed) > 0.10
