from fractions import Fraction

import pytest

from client.sources.picture_clock import Phase, PictureClock


@pytest.mark.parametrize(
    ("first_s", "times_s", "indices"),
    [
        (Fraction(0), ["0", "0.04", "0.08"], [0, 1, 2]),
        # an origin elsewhere does not matter
        (Fraction(9), ["9", "9.04", "9.12"], [0, 1, 3]),
        # jitter below half a frame does not matter
        (Fraction(0), ["0", "0.055", "0.07"], [0, 1, 2]),
    ],
)
def test_a_files_first_picture_is_index_zero_and_the_others_follow_their_times(
    first_s: Fraction, times_s: list[str], indices: list[int]
) -> None:
    clock = PictureClock(Fraction(25), started_s=100.0, is_live=False)
    assert [clock.place(Fraction(time_s), 500.0) for time_s in times_s] == indices


def test_a_live_camera_is_placed_by_its_picture_with_the_least_delay() -> None:
    clock = PictureClock(Fraction(10), started_s=100.0, is_live=True)
    # taken at 102.0 + k/10; the first five were held back until 102.8, the others take 0.02 s
    arrivals = [102.8] * 5 + [102.0 + k / 10 + 0.02 for k in range(5, 25)]
    indices = [clock.place(Fraction(k, 10), arrived_s) for k, arrived_s in enumerate(arrivals)]
    given = {k: index for k, index in enumerate(indices) if index is not None}
    # the clock settles until 103.8, which is when picture 18 comes; picture k belongs to index 20 + k
    assert given == {k: 20 + k for k in range(18, 25)}


def test_two_live_cameras_with_different_delays_at_the_start_agree_on_the_index() -> None:
    def last_index(held_back_s: float) -> int | None:
        clock = PictureClock(Fraction(25), started_s=0.0, is_live=True)
        index = None
        for k in range(100):
            index = clock.place(Fraction(k, 25), max(held_back_s, k / 25 + 0.01))
        return index

    assert last_index(0.1) == last_index(0.7) == 99


def film(clock: PictureClock, hours: float, fps: float, fast: float = 0.0, shift_s: float = 0.0) -> dict[int, float]:
    """A camera whose clock is fast by a share: when each index was taken, seconds. Pictures take 20–60 ms to arrive."""
    taken = {}
    for k in range(int(hours * 3600 * fps)):
        taken_s = shift_s + k / (fps * (1 + fast))
        delay_s = 0.02 + 0.04 * ((k * 7919) % 101) / 101
        index = clock.place(Fraction(k) / Fraction(fps), taken_s + delay_s)
        if index is not None:
            taken[index] = taken_s
    return taken


@pytest.mark.parametrize("fast", [100e-6, -100e-6])
def test_a_camera_whose_clock_drifts_stays_on_the_common_clock(fast: float) -> None:
    """100 ppm are 0.36 s in an hour: nine frames of 25 a second, were they not followed."""
    taken = film(PictureClock(Fraction(25), 0.0, is_live=True), 1.0, 25.0, fast)
    late = {index: taken_s for index, taken_s in taken.items() if taken_s > 3500}
    assert max(abs(index / 25 - taken_s) for index, taken_s in late.items()) < 0.08
    assert all(index / 25 <= taken_s + 0.06 for index, taken_s in taken.items())


def test_a_clock_that_is_set_back_or_forward_costs_no_index() -> None:
    clock = PictureClock(Fraction(10), 0.0, is_live=True)
    media_s = [k / 10 + (0.0 if k < 40 else -3000.0 if k < 60 else 7000.0) for k in range(80)]
    indices = [clock.place(Fraction(each).limit_denominator(10), k / 10 + 0.02) for k, each in enumerate(media_s)]
    given = [index for index in indices if index is not None]
    assert given == list(range(11, 80)) or given == list(range(10, 80))


@pytest.mark.parametrize("shift", [0.05, 0.3, 0.45, 0.55, 0.7, 0.95])
def test_pictures_of_cameras_out_of_step_are_paired_with_the_nearest(shift: float) -> None:
    """The right camera films a share of a frame after the left one, whose own phase is anywhere."""
    for lead in (0.0, 0.4, 0.8):
        phase = Phase()
        left = film(PictureClock(Fraction(25), 0.0, True, phase), 0.002, 25.0, shift_s=lead / 25)
        right = film(
            PictureClock(Fraction(25), 0.0, True, phase, leads=False), 0.002, 25.0, shift_s=(lead + shift) / 25
        )
        apart_s = [abs(left[index] - right[index]) for index in left.keys() & right.keys()]
        assert len(apart_s) > 100
        assert max(apart_s) <= 0.5 / 25 + 1e-6
