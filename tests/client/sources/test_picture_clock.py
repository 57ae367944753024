from fractions import Fraction

import pytest

from client.sources.picture_clock import PictureClock


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
