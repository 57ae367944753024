"""Rows of two answers of a detector, paired; points by hand, in pixels of a panorama of 1024 x 512."""

import numpy as np
import pytest

from export.pairing import pair_rows
from sideline.arena.panorama import Panorama
from sideline.arena.rig import parse_rig
from sideline.arrays import Float32s
from sideline.errors import EngineError
from tests.arena.rigs import rig_toml

DETR = ["logits", "points", "embeddings"]
HEATMAP = ["logits", "points"]
LOW, HIGH = -3.0, 3.0
"""Logits of the scores 0.05 and 0.95."""
CALIBRATION = rig_toml().encode()
PANORAMA = Panorama.of(parse_rig(rig_toml()))


def _answer(*rows: tuple[float, float, float]) -> list[Float32s]:
    """Rows of logit, x and y in pixels, for one image; an embedding is the row's logit."""
    table = np.array([rows], np.float32)
    return [table[..., :1], table[..., 1:] / np.float32([1024, 512]), table[..., :1]]


def _on_floor(*rows: tuple[float, float, float]) -> list[Float32s]:
    """Rows of logit, x and z in metres, for one image."""
    table = np.array([rows], np.float32)
    return [table[..., :1], PANORAMA.uv_from_floor(table[0, :, 1:])[None].astype(np.float32), table[..., :1]]


def _logits(arrays: object) -> list[float]:
    return np.asarray(arrays)[:, 0].tolist()


def test_rows_are_paired_by_place_whatever_their_order() -> None:
    want = _answer((HIGH, 100, 100), (LOW, 500, 300))
    got = _answer((LOW, 501, 300), (HIGH, 100, 101))
    paired = pair_rows(DETR, want, got)
    assert _logits(paired.want[0]) == _logits(paired.got[0]) == [HIGH, LOW]
    assert (paired.rows, paired.unpaired) == (2, 0)


def test_of_two_rows_at_one_place_each_goes_to_the_one_of_its_score() -> None:
    # By place alone the pairs would be crossed: 0 and 0 px apart instead of 1 and 1.
    want = _answer((2.0, 100, 100), (0.5, 101, 100))
    got = _answer((0.5, 100, 100), (2.0, 101, 100))
    paired = pair_rows(DETR, want, got)
    assert _logits(paired.got[0]) == [2.0, 0.5]


def test_a_low_row_without_counterpart_is_left_out_and_counted_and_shifts_no_other() -> None:
    # In a row of people 20 px apart the first leaves and a sixth enters: whoever minimised the way alone could move
    # all of them along.
    places = [100, 120, 140, 160, 180]
    want = _answer(*((LOW, x, 100) for x in places))
    got = _answer(*((LOW, x, 100) for x in (*places[1:], 200)))
    paired = pair_rows(DETR, want, got)
    assert np.allclose(paired.want[1], paired.got[1])
    assert np.allclose(np.asarray(paired.want[1])[:, 0] * 1024, places[1:])
    assert [len(output) for output in (*paired.want, *paired.got)] == [4] * 6
    assert (paired.rows, paired.unpaired) == (5, 1)


@pytest.mark.parametrize(("lost", "found"), [(HIGH, LOW), (LOW, HIGH), (HIGH, HIGH), (float("nan"), LOW)])
def test_a_row_that_is_served_in_either_form_decides_though_it_has_no_counterpart(lost: float, found: float) -> None:
    paired = pair_rows(DETR, _answer((lost, 100, 100)), _answer((found, 500, 100)))
    assert paired.unpaired == 0
    assert len(paired.want[1]) == 1
    assert not np.allclose(paired.want[1], paired.got[1])


@pytest.mark.parametrize(("logit", "unpaired"), [(-0.8, 0), (-0.9, 1)])
def test_what_is_served_by_either_kind_of_detector_begins_at_a_score_of_0_3(logit: float, unpaired: int) -> None:
    # Scores of 0.310 and 0.289.
    want, got = _answer((logit, 100, 100)), _answer((logit, 500, 100))
    assert pair_rows(DETR, want, got).unpaired == unpaired
    assert pair_rows(HEATMAP, want[:2], got[:2]).unpaired == unpaired


def test_a_row_that_stands_0_2_m_from_a_better_one_is_of_one_person_with_it_and_served_to_nobody() -> None:
    # In want a second row tells of the one in the middle, in got of the one to the right: the tracker keeps neither.
    want = _on_floor((HIGH, 0, 0), (2.0, 0.2, 0), (HIGH, 8, 0))
    got = _on_floor((HIGH, 0, 0), (2.0, 8.2, 0), (HIGH, 8, 0))
    paired = pair_rows(DETR, want, got, CALIBRATION)
    assert (paired.rows, paired.unpaired) == (3, 1)
    assert _logits(paired.want[0]) == _logits(paired.got[0]) == [HIGH, HIGH]
    assert pair_rows(DETR, want, got).unpaired == 0  # nobody knows how far apart they stand


@pytest.mark.parametrize("lost_m", [0.3, 5.0])
def test_a_row_that_the_tracker_keeps_in_one_of_the_forms_decides(lost_m: float) -> None:
    # A double in got; in want somebody by himself, further than 0.25 m from the better row.
    want, got = _on_floor((HIGH, 0, 0), (2.0, lost_m, 0)), _on_floor((HIGH, 0, 0), (2.0, 0, 0.2))
    for one, other in ((want, got), (got, want)):
        paired = pair_rows(DETR, one, other, CALIBRATION)
        assert paired.unpaired == 0
        assert len(paired.want[0]) == 2


def test_what_is_served_in_either_form_is_told() -> None:
    # The first is kept in both, the second in want only, the third (0.2 m from the first) and fourth in neither.
    want = _on_floor((HIGH, 0, 0), (0.0, 3, 0), (2.0, 0.2, 0), (LOW, 6, 0))
    got = _on_floor((HIGH, 0, 0), (LOW, 3, 0), (2.0, 0.2, 0), (LOW, 6, 0))
    served = pair_rows(DETR, want, got, CALIBRATION).served
    assert served is not None
    assert served.tolist() == [True, True, False, False]
    served = pair_rows(DETR, want, got).served
    assert served is not None
    assert served.tolist() == [True, True, True, False]


def test_a_rig_that_cannot_be_read_is_refused() -> None:
    answer = _answer((HIGH, 100, 100))
    with pytest.raises(EngineError, match="rig of the match that the engines are compared on is of no use"):
        pair_rows(DETR, answer, answer, b"no rig")


def test_images_are_paired_each_for_itself() -> None:
    first, second = _answer((LOW, 100, 100), (HIGH, 900, 500)), _answer((HIGH, 900, 500), (LOW, 100, 100))
    want = [np.concatenate(parts) for parts in zip(first, second, strict=True)]
    got = [np.concatenate(parts) for parts in zip(second, first, strict=True)]
    paired = pair_rows(DETR, want, got)
    assert _logits(paired.want[0]) == _logits(paired.got[0]) == [LOW, HIGH, HIGH, LOW]
    assert paired.rows == 4


def test_other_engines_stay_as_they_are() -> None:
    rows = [np.float32([[1.0], [2.0]])]
    paired = pair_rows(["id_logits"], rows, rows)
    assert paired.want[0] is paired.got[0] is rows[0]
    assert paired.served is None
    assert (paired.rows, paired.unpaired) == (0, 0)
