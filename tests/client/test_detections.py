"""What is kept of a frame's people."""

from tests.client.updates import Person, find


def test_a_loose_detection_is_left_out_unless_a_window_gave_it_a_track() -> None:
    kept = find([Person(3, x_m=1.0), Person(-2, x_m=2.0), Person(-3, x_m=3.0, track_id=7)]).without_loose()
    assert kept.micro_track_ids.tolist() == [3, -3]
    assert kept.foot_points_m[:, 0].tolist() == [1.0, 3.0]
    assert len(kept) == 2
