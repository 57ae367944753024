"""The heatmap detector: peaks of a heatmap drawn by hand, and weights that come from a keypoint DETR."""

from pathlib import Path

import pytest
import torch

from sideline.errors import TrainingError
from sideline.networks.detr import KeypointDetr
from sideline.networks.heatmap_detector import Heatmap, HeatmapDetector, HeatmapEngine, read_peaks
from sideline.networks.id_decoder import IdDecoder
from sideline.training.loop import Schedule, load_averaged, train

ROWS, COLUMNS = 16, 40


def drawn(*cells: tuple[int, int, float], offset_px: tuple[float, float] = (0.0, 0.0)) -> Heatmap:
    """Two equal images of cells (row, column, logit) on a floor of -9, each cell off its centre by the offset."""
    logits = torch.full((2, 1, ROWS, COLUMNS), -9.0)
    for row, column, logit in cells:
        logits[:, 0, row, column] = logit
    return Heatmap(logits, torch.tensor(offset_px).reshape(1, 2, 1, 1).expand(2, 2, ROWS, COLUMNS))


@pytest.mark.parametrize(("row", "column"), [(3, 30), (15, 0), (0, 39), (7, 12)])
def test_a_peak_is_answered_at_its_centre_moved_by_its_offset(row: int, column: int) -> None:
    # A cell of 4 px has its centre 1.5 px after its first pixel.
    logits, points_px = read_peaks(drawn((row, column, 4.0), offset_px=(0.5, -1.25)), count=3)
    assert logits.shape == (2, 3, 1)
    assert logits[:, 0, 0].tolist() == [4.0, 4.0]
    assert points_px[:, 0].tolist() == [[4 * column + 2.0, 4 * row + 0.25]] * 2


def test_peaks_come_best_first_and_cells_beside_a_peak_after_all_others() -> None:
    logits, points_px = read_peaks(drawn((5, 5, 3.0), (5, 6, 2.5), (10, 20, 1.0), (2, 33, 2.0)), count=4)
    assert points_px[0, :3].tolist() == [[21.5, 21.5], [133.5, 9.5], [81.5, 41.5]]
    assert logits[0, :3, 0].tolist() == [3.0, 2.0, 1.0]
    assert logits[0, 3, 0] == -9.0


def test_people_behind_each_other_are_both_answered() -> None:
    logits, points_px = read_peaks(drawn((5, 5, 3.0), (6, 5, 2.5)), count=2)
    assert points_px[0].tolist() == [[21.5, 21.5], [21.5, 25.5]]
    assert logits[0, :, 0].tolist() == [3.0, 2.5]


def images(count: int) -> torch.Tensor:
    return torch.randint(0, 256, (count, 64, 160, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


def test_with_a_detrs_weights_it_says_what_the_detrs_heatmap_says(tmp_path: Path) -> None:
    torch.manual_seed(0)
    detr = KeypointDetr(queries=10)
    train(detr, lambda step: {"loss": detr.start.weight.square().mean()}, Schedule(steps=1), tmp_path)
    detr = load_averaged(KeypointDetr(queries=10), tmp_path / "last.pt").eval()
    detector = load_averaged(HeatmapDetector(), tmp_path / "last.pt").eval()
    with torch.no_grad():
        want, got = detr(images(2)), detector(images(2))
    assert torch.equal(got.logits, want.heatmap)
    assert torch.equal(got.offsets_px, want.offsets_px)


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    network = IdDecoder()
    train(network, lambda step: {"loss": network.words.square().mean()}, Schedule(steps=1), tmp_path)
    with pytest.raises(TrainingError, match="belongs to another network than HeatmapDetector"):
        load_averaged(HeatmapDetector(), tmp_path / "last.pt")


def test_the_engine_answers_a_hundred_points_in_the_unit_square() -> None:
    torch.manual_seed(0)
    with torch.no_grad():
        logits, points = HeatmapEngine(HeatmapDetector().eval())(
            torch.randint(0, 256, (1, 512, 1024, 3), dtype=torch.uint8)
        )
    assert logits.shape == (1, 100, 1)
    assert points.shape == (1, 100, 2)
    assert 0 <= points.min() <= points.max() <= 1
    assert (logits[0, :-1, 0] >= logits[0, 1:, 0]).all()
