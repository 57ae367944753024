"""The detector's losses on cases small enough to work out by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from sideline.networks.detr import Detections, DetrOutput
from sideline.training.crops import Crop
from sideline.training.detr_loss import Targets, detr_loss, heatmap_loss, match, offset_loss

LOG2 = math.log(2)
SURE = 1 / (1 + math.exp(-1))
"""Score of a logit of 1: at a logit of 0 the qualities 0 and 1 would cost the same."""


def _people(
    *points_px: tuple[float, float], metres_per_px: tuple[float, float] = (0.02, 0.04), ignored: tuple = ()
) -> Targets:
    return Targets(
        points_px=torch.tensor(points_px).reshape(-1, 2),
        metres_per_px=torch.tensor(metres_per_px).expand(len(points_px), 2),
        labels=torch.arange(len(points_px)),
        visibility=torch.ones(len(points_px)),
        ignored_px=torch.tensor(ignored).reshape(-1, 2),
        ignored_metres_per_px=torch.tensor(metres_per_px).expand(len(ignored), 2),
    )


def _layer(*points_px: tuple[float, float], logits: tuple[float, ...] | None = None) -> Detections:
    points = torch.tensor([points_px])
    scores = torch.zeros(1, len(points_px), 1) if logits is None else torch.tensor(logits).reshape(1, -1, 1)
    return Detections(scores, points)


def _output(layer: Detections, *starts_px: tuple[float, float], appearance: Tensor | None = None) -> DetrOutput:
    """An output whose heatmap and offsets say nothing (logit -30, offset 0).

    Queries have not moved since they started, unless it is told where they did.
    """
    batch, count = layer.points_px.shape[:2]
    starts = torch.tensor([starts_px]) if starts_px else layer.points_px.detach()
    if appearance is None:
        appearance = torch.eye(count, 192).expand(batch, -1, -1)
    nothing = torch.full((batch, 1, 16, 32), -30.0), torch.zeros(batch, 2, 16, 32)
    return DetrOutput(*nothing, starts, [layer], appearance)


def _pairs(layer: Detections, people: Targets) -> list[tuple[int, int]]:
    queries, persons = match(layer, 0, people)
    return sorted(zip(queries.tolist(), persons.tolist(), strict=True))


def test_a_perfect_heatmap_costs_next_to_nothing() -> None:
    # Pixels 41.5 and 21.5 are the centre of cell (row 5, column 10); 62.0 and 9.0 lie in cell (2, 15).
    logits = torch.full((1, 1, 16, 32), -12.0)
    logits[0, 0, 5, 10] = logits[0, 0, 2, 15] = 12.0
    people = _people((41.5, 21.5), (62.0, 9.0))
    assert heatmap_loss(logits, [people]).item() < 1e-4
    assert heatmap_loss(logits.flip(3), [people]).item() > 10


def test_the_heatmaps_loss_by_hand_on_two_cells() -> None:
    # Goal 1 and e^-½ beside it; both say ½: (½)² ln 2 for the hit, (1 - e^-½)⁴ (½)² ln 2 for the neighbour.
    loss = heatmap_loss(torch.zeros(1, 1, 1, 2), [_people((1.5, 1.5))])
    assert loss.item() == pytest.approx(LOG2 / 4 * (1 + (1 - math.exp(-0.5)) ** 4), rel=1e-5)


def test_a_hot_cell_at_an_ignored_person_costs_nothing_and_elsewhere_much() -> None:
    logits = torch.full((1, 1, 16, 32), -12.0)
    logits[0, 0, 5, 10] = 8.0
    assert heatmap_loss(logits, [_people(ignored=((41.5, 21.5),))]).item() < 1e-4
    assert heatmap_loss(logits, [_people(ignored=((101.5, 21.5),))]).item() > 5


def test_an_ignored_person_does_not_excuse_a_required_one_beside_them() -> None:
    cold = torch.full((1, 1, 16, 32), -12.0)
    assert heatmap_loss(cold, [_people((41.5, 21.5), ignored=((45.5, 21.5),))]).item() > 5


def test_right_offsets_of_the_cells_around_a_person_cost_nothing_and_wrong_ones_their_metres() -> None:
    person = (42.5, 20.5)  # 1 px right of and 1 px above the centre of cell (5, 10)
    offsets = torch.full((1, 2, 16, 32), 99.0)
    for row in (4, 5, 6):
        for column in (9, 10, 11):
            offsets[0, :, row, column] = torch.tensor([person[0] - (4 * column + 1.5), person[1] - (4 * row + 1.5)])
    assert offset_loss(offsets, [_people(person)]).item() == pytest.approx(0, abs=1e-6)
    offsets[0, 0, 5, 10] += 9.0  # one of nine cells is 9 px = 0.18 m off
    assert offset_loss(offsets, [_people(person)]).item() == pytest.approx(0.18 / 9, rel=1e-5)


@pytest.mark.parametrize(
    ("second", "owners"),
    [
        ((45.5, 21.5), ("1122", "1122", "1122", "....")),
        # Behind each other: cell (5, 11) is 4 px = 0.08 m from the first and 3 px = 0.12 m from the second; and cell
        # (6, 9), which lies around the first only, is 0.18 m from the first and 0.16 m from the second.
        ((45.5, 24.5), ("111.", "1112", "2222", ".222")),
    ],
)
def test_a_cell_that_two_people_share_points_to_the_nearer(second: tuple[float, float], owners: tuple) -> None:
    # The first stands on the centre of cell (5, 10), the second in cell (5, 11) or (6, 11); the tables are of rows 4-7
    # and columns 9-12. Twice nine cells, those that both have counting twice.
    people = {"1": (41.5, 21.5), "2": second}
    offsets = torch.full((1, 2, 16, 32), 99.0)
    for row, line in enumerate(owners, start=4):
        for column, owner in enumerate(line, start=9):
            x, y = people.get(owner, (999.0, 999.0))
            offsets[0, :, row, column] = torch.tensor([x - (4 * column + 1.5), y - (4 * row + 1.5)])
    assert offset_loss(offsets, [_people(*people.values())]).item() == pytest.approx(0, abs=1e-6)
    offsets[0, 0, 5, 11] += 9.0  # 0.18 m, twice
    assert offset_loss(offsets, [_people(*people.values())]).item() == pytest.approx(2 * 0.18 / 18, rel=1e-5)


def test_offsets_at_the_border_stay_inside_the_map() -> None:
    assert offset_loss(torch.zeros(1, 2, 16, 32), [_people((127.0, 63.0), (0.0, 0.0))]).isfinite()


def test_the_assignment_is_the_best_in_all_even_where_the_nearest_pair_has_to_give_way() -> None:
    # Metres: queries at (0, 0) and (0.6, 0), people at (0.6, 0.8) and (0.5, 0). Query 1 is nearest to person 1 (0.1),
    # but then query 0 would be left with 1.0; together 0.5 + 0.8 do not beat 0.1 + 1.0, until person 0 moves to
    # (1.4, 0): 0.5 + 0.8 beats 0.1 + 1.4.
    layer = _layer((0.0, 0.0), (30.0, 0.0))
    assert _pairs(layer, _people((30.0, 20.0), (25.0, 0.0))) == [(0, 0), (1, 1)]
    assert _pairs(layer, _people((70.0, 0.0), (25.0, 0.0))) == [(0, 1), (1, 0)]


def test_among_queries_at_one_place_the_surest_is_matched() -> None:
    layer = _layer((10.0, 10.0), (10.0, 10.0), (10.0, 10.0), logits=(-1.0, 2.0, 0.5))
    assert _pairs(layer, _people((10.0, 10.0))) == [(1, 0)]


def test_distance_is_measured_in_metres_of_the_floor_on_each_axis() -> None:
    # 30 px along x are 0.6 m, 20 px along y are 0.8 m.
    assert _pairs(_layer((40.0, 10.0), (10.0, 30.0)), _people((10.0, 10.0))) == [(0, 0)]


@pytest.mark.parametrize(("pixels", "pairs"), [(74.0, [(0, 0)]), (76.0, [])])
def test_a_pair_farther_apart_than_a_metre_and_a_half_is_dropped(pixels: float, pairs: list) -> None:
    assert _pairs(_layer((pixels, 0.0)), _people((0.0, 0.0))) == pairs


def test_a_frame_without_people_matches_nobody() -> None:
    assert _pairs(_layer((1.0, 1.0)), _people()) == []


def _score(layer: Detections, people: Targets, *starts_px: tuple[float, float]) -> float:
    return detr_loss(_output(layer, *starts_px), [people])["score0"].item()


def _point(layer: Detections, people: Targets, *starts_px: tuple[float, float]) -> float:
    return detr_loss(_output(layer, *starts_px), [people])["point0"].item()


def _judged(quality: float, score: float = 0.5) -> float:
    """Quality focal loss of one query by its definition, with the weight of 2."""
    entropy = -quality * math.log(score) - (1 - quality) * math.log(1 - score)
    return 2 * (quality - score) ** 2 * entropy


@pytest.mark.parametrize(
    ("metres", "quality"),
    [
        (0.0, 1.0),
        (0.1, math.exp(-1 / 9)),
        (0.3, math.exp(-1)),
        (0.6, math.exp(-4)),
        (0.9, math.exp(-9)),
        (3.0, 0.0),
    ],
)
@pytest.mark.parametrize(("axis", "metres_per_px"), [(0, 0.02), (1, 0.04)])
def test_a_score_should_be_one_on_the_foot_point_and_fall_off_around_it(
    metres: float, quality: float, axis: int, metres_per_px: float
) -> None:
    place = [50.0, 40.0]
    place[axis] += metres / metres_per_px
    layer = _layer((place[0], place[1]), logits=(1.0,))
    expected = _judged(quality, score=SURE)
    assert _score(layer, _people((50.0, 40.0)), (50.0, 40.0)) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("start", "is_owned"),
    [((84.0, 40.0), True), ((86.0, 40.0), False), ((50.0, 57.0), True), ((50.0, 58.0), False)],
)
def test_a_query_is_somebodys_if_it_starts_less_than_seven_tenths_of_a_metre_from_them(
    start: tuple[float, float], is_owned: bool
) -> None:
    # 34 and 36 px along x, 17 and 18 px along y are 0.68 and 0.72 m. Refined onto the foot-point, a query of theirs is
    # right and another a false alarm; 3 m off, one of theirs is still pulled, and another is never.
    people = _people((50.0, 40.0))
    on_them, far_off = _layer((50.0, 40.0), logits=(1.0,)), _layer((200.0, 40.0))
    assert _score(on_them, people, start) == pytest.approx(_judged(float(is_owned), score=SURE), rel=1e-5)
    assert _point(far_off, people, start) == pytest.approx(5 * 3.0 if is_owned else 0.0)


def test_a_query_belongs_to_the_person_nearest_to_its_start_in_metres() -> None:
    # It starts 8 px = 0.32 m from the first and 10 px = 0.2 m from the second, and comes to be 0.16 m from the first
    # and (0.2, 0.16) m from the second.
    layer, people = _layer((60.0, 44.0)), _people((60.0, 48.0), (50.0, 40.0))
    quality = math.exp(-(0.2**2 + 0.16**2) / 0.3**2)
    assert _score(layer, people, (60.0, 40.0)) == pytest.approx(_judged(quality), rel=1e-4)
    assert _point(layer, people, (60.0, 40.0)) == pytest.approx(5 * (0.2 + 0.16))


def test_a_query_that_leaves_its_person_for_another_a_metre_away_is_a_false_alarm_and_pulled_back() -> None:
    points = torch.tensor([[[100.0, 40.0]]], requires_grad=True)
    output = _output(Detections(torch.ones(1, 1, 1), points), (50.0, 40.0))
    losses = detr_loss(output, [_people((100.0, 40.0), (50.0, 40.0))])
    quality = math.exp(-((1.0 / 0.3) ** 2))  # 1.5e-5
    assert losses["score0"].item() == pytest.approx(_judged(quality, score=SURE), rel=1e-4)
    assert losses["point0"].item() == pytest.approx(5 * 1.0)
    losses["point0"].backward()
    assert points.grad is not None
    assert points.grad.sign()[0].tolist() == [[1, 0]], "downhill is towards smaller x"


def test_a_score_that_says_the_quality_costs_nothing() -> None:
    logit = -math.log(math.e - 1)  # of e^-1, which is the quality at 15 px = 0.3 m
    layer = _layer((65.0, 40.0), logits=(logit,))
    assert _score(layer, _people((50.0, 40.0)), (50.0, 40.0)) == pytest.approx(0, abs=1e-9)


def test_two_queries_on_one_person_are_both_rewarded_and_one_elsewhere_is_punished() -> None:
    logits = torch.zeros(1, 3, 1, requires_grad=True)
    layer = Detections(logits, torch.tensor([[[50.0, 40.0], [50.0, 40.0], [110.0, 20.0]]]))
    score = detr_loss(_output(layer), [_people((50.0, 40.0))])["score0"]
    # Qualities 1, 1 and 0, so three times ¼ ln 2, doubled, over a sum of 2.
    assert score.item() == pytest.approx(0.75 * LOG2, rel=1e-5)
    score.backward()
    assert logits.grad is not None
    first, second, elsewhere = logits.grad[0, :, 0].tolist()
    assert first == second < 0 < elsewhere


def test_scores_pull_no_points() -> None:
    points = torch.tensor([[[60.0, 45.0]]], requires_grad=True)
    losses = detr_loss(_output(Detections(torch.zeros(1, 1, 1), points)), [_people((50.0, 40.0))])
    assert not losses["score0"].requires_grad
    assert losses["point0"].requires_grad


def test_every_query_that_starts_near_somebody_is_pulled_to_the_nearest_person() -> None:
    # People 1 m apart. The first three start 0.28 and 0.3 m from the first and 0.4 m from the second person, and are
    # now off by 0.2 + 0.2, 0.3 and 0.6 m, the third nearer to the other one; the fourth started 0.72 m from anybody
    # and stays where it is, beside the first. The mean of three, five times.
    starts = ((60.0, 45.0), (50.0, 47.5), (80.0, 40.0), (14.0, 40.0))
    points = torch.tensor([[(60.0, 45.0), (50.0, 47.5), (70.0, 40.0), (45.0, 40.0)]], requires_grad=True)
    output = _output(Detections(torch.zeros(1, 4, 1), points), *starts)
    loss = detr_loss(output, [_people((50.0, 40.0), (100.0, 40.0))])["point0"]
    assert loss.item() == pytest.approx(5 * (0.4 + 0.3 + 0.6) / 3, rel=1e-5)
    loss.backward()
    assert points.grad is not None
    assert points.grad.sign()[0].tolist() == [[1, 1], [0, 1], [-1, 0], [0, 0]]


def test_queries_belong_to_people_of_their_own_image() -> None:
    # One start, refined 15 px = 0.3 m off the first image's person and on the second's, who stands there.
    layer = Detections(torch.zeros(2, 1, 1), torch.tensor([[[65.0, 40.0]], [[65.0, 40.0]]]))
    output = replace(_output(layer), starts_px=torch.tensor([[[50.0, 40.0]], [[50.0, 40.0]]]))
    losses = detr_loss(output, [_people((50.0, 40.0)), _people((65.0, 40.0))])
    assert losses["point0"].item() == pytest.approx(5 * (0.3 + 0.0) / 2, rel=1e-5)
    good = math.exp(-1) + 1
    assert losses["score0"].item() == pytest.approx((_judged(math.exp(-1)) + _judged(1)) / good, rel=1e-4)


def test_losses_are_per_good_query_or_person_of_the_batch() -> None:
    points = torch.tensor([[[50.0, 40.0], [52.0, 40.0], [110.0, 20.0]]])
    layer = Detections(torch.zeros(2, 3, 1), points.expand(2, -1, -1))
    one = detr_loss(_output(Detections(torch.zeros(1, 3, 1), points)), [_people((50.0, 40.0))])
    two = detr_loss(_output(layer), [_people((50.0, 40.0))] * 2)
    for name in ("score0", "point0", "heatmap", "offset"):
        assert one[name].item() > 0
        assert two[name].item() == pytest.approx(one[name].item(), rel=1e-5)


def test_every_decoder_layer_is_judged_by_itself_with_the_owners_of_the_start() -> None:
    # People 0.6 m apart; the query starts on the first and moves 0.4 and then 0.6 m, onto the second.
    output = _output(_layer((80.0, 40.0)), (50.0, 40.0))
    output = replace(output, layers=[_layer((70.0, 40.0)), *output.layers])
    losses = detr_loss(output, [_people((50.0, 40.0), (80.0, 40.0))])
    assert [losses["score0"].item(), losses["score1"].item()] == pytest.approx(
        [_judged(math.exp(-16 / 9)), _judged(math.exp(-4))], rel=1e-4
    )
    assert [losses["point0"].item(), losses["point1"].item()] == pytest.approx([2.0, 3.0])


@pytest.mark.parametrize(
    ("ignored", "start", "expected"),
    [
        ((85.0, 20.0), (110.0, 60.0), _judged(1)),
        ((75.0, 20.0), (75.0, 20.0), _judged(1) + _judged(0)),
    ],
)
def test_a_detection_of_an_ignored_person_is_not_punished(ignored: tuple, start: tuple, expected: float) -> None:
    # Of two queries the second is nobody's; now 0.5 m from somebody ignored it is free, now 0.7 m off it pays.
    layer, people = _layer((50.0, 40.0), (110.0, 20.0)), _people((50.0, 40.0), ignored=(ignored,))
    assert _score(layer, people, (50.0, 40.0), start) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("metres", "expected"), [(0.0, _judged(1)), (0.44, _judged(math.exp(-((0.44 / 0.3) ** 2)))), (0.48, 0.0)]
)
def test_beside_somebody_ignored_a_query_is_judged_while_its_quality_is_above_a_tenth(
    metres: float, expected: float
) -> None:
    # Quality is 0.1 at 0.455 m.
    x = 50.0 + metres / 0.02
    people = _people((50.0, 40.0), ignored=((x + 2.0, 40.0),))
    assert _score(_layer((x, 40.0)), people, (50.0, 40.0)) == pytest.approx(expected, rel=1e-4)


def test_nobody_is_pulled_to_an_ignored_person() -> None:
    assert _point(_layer((50.0, 40.0)), _people(ignored=((55.0, 40.0),))) == 0


def _four_appearances(*rows: tuple[float, float]) -> DetrOutput:
    """Four queries on four people, 100 px apart, with appearances in a plane."""
    appearance = torch.zeros(1, 4, 192)
    appearance[0, :, :2] = torch.tensor(rows)
    return _output(_layer((0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (300.0, 0.0)), appearance=appearance)


def _two_twins(visibility: tuple[float, ...] = (1, 1, 1, 1)) -> Targets:
    people = _people((0.0, 0.0), (100.0, 0.0), (200.0, 0.0), (300.0, 0.0))
    return replace(people, labels=torch.tensor([7, 7, 9, 9]), visibility=torch.tensor(visibility, dtype=torch.float32))


def test_the_appearance_loss_by_hand_and_higher_for_wrong_pairs() -> None:
    # Twins alike, strangers orthogonal, temperature 0.1: each row's own twin has e¹⁰ of e¹⁰ + 2.
    right = detr_loss(_four_appearances((1, 0), (1, 0), (0, 1), (0, 1)), [_two_twins()])["appearance"]
    wrong = detr_loss(_four_appearances((1, 0), (0, 1), (1, 0), (0, 1)), [_two_twins()])["appearance"]
    assert right.item() == pytest.approx(math.log(1 + 2 * math.exp(-10)), rel=1e-2)
    assert wrong.item() == pytest.approx(10 + math.log(1 + 2 * math.exp(-10)), rel=1e-4)


def test_people_of_another_match_are_no_negatives() -> None:
    # Each pair of twins plays in a match of its own: nobody is left to confuse them with.
    apart = replace(_two_twins(), labels=torch.tensor([7, 7, 1009, 1009]))
    mixed = detr_loss(_four_appearances((1, 0), (1, 0), (1, 0), (1, 0)), [apart])["appearance"]
    assert mixed.item() == pytest.approx(0, abs=1e-6)


def test_the_appearance_of_a_hidden_person_is_not_compared() -> None:
    # Without the second and fourth nobody has a twin left.
    output = _four_appearances((1, 0), (0, 1), (1, 0), (0, 1))
    assert detr_loss(output, [_two_twins(visibility=(1, 0.3, 1, 0.3))])["appearance"].item() == 0


def test_a_crop_without_people_gives_finite_losses_and_gradients() -> None:
    points = torch.tensor([[[3.0, 3.0], [9.0, 9.0]]], requires_grad=True)
    logits = torch.zeros(1, 2, 1, requires_grad=True)
    losses = detr_loss(_output(Detections(logits, points)), [_people()])
    total = torch.stack(list(losses.values())).sum()
    total.backward()
    assert total.isfinite()
    assert logits.grad is not None
    assert (logits.grad > 0).all(), "both queries should sink"


def test_a_point_that_is_not_a_number_is_nobodys_and_shows_in_the_loss() -> None:
    layer = _layer((math.nan, 0.0), (60.0, 45.0))
    assert _pairs(layer, _people((50.0, 40.0))) == [(1, 0)]
    assert math.isnan(_point(layer, _people((50.0, 40.0)), (0.0, 0.0), (60.0, 45.0)))


def test_targets_split_the_required_from_the_ignored() -> None:
    crop = Crop(
        image=np.zeros((256, 512, 3), np.uint8),
        points_px=np.array([[1, 2], [3, 4], [5, 6]], np.float32),
        metres_per_px=np.full((3, 2), 0.5, np.float32),
        labels=np.array([10, 11, 12]),
        visibility=np.array([0.5, 0.05, 1.0], np.float32),
        required=np.array([True, False, True]),
    )
    targets = Targets.of(crop, torch.device("cpu"))
    assert targets.points_px.tolist() == [[1, 2], [5, 6]]
    assert targets.labels.tolist() == [10, 12]
    assert targets.visibility.tolist() == [0.5, 1.0]
    assert targets.ignored_px.tolist() == [[3, 4]]
    assert targets.ignored_metres_per_px.shape == (1, 2)
