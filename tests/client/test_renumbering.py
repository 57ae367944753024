"""IDs of a stream of several sequences: they go on, and what names nobody stays."""

from client.renumbering import HighestIds, Renumbering
from sideline.tensors import NO_TRACK
from tests.client.updates import Person, make_update, solve


def test_ids_of_a_new_sequence_go_on_where_the_one_before_ended_and_loose_ones_stay() -> None:
    renumbering = Renumbering(HighestIds())
    renumbering.renumber(make_update(0, [Person(4, track_id=2), Person(-2)]))
    renumbering.begin_sequence()
    windows = solve([(1, -2, NO_TRACK), (1, 1, 1), (1, 2, 2)], revisions=[(2, 1)])
    update = renumbering.renumber(make_update(1, [Person(1, track_id=1), Person(-2), Person(2)], windows=windows))
    found = update.detections
    assert found.micro_track_ids.tolist() == [5, -2, 6]
    assert found.track_ids.tolist() == [3, NO_TRACK, NO_TRACK]
    assert update.windows is not None
    assert update.windows.micro_track_ids.tolist() == [-2, 5, 6]
    assert update.windows.track_ids.tolist() == [NO_TRACK, 3, 4]
    assert update.windows.revisions.tolist() == [[4, 3]]
