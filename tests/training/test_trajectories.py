"""What the detector sees in a shard and whose it is, by a detector that finds bright marks."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sideline.errors import TrainingError
from sideline.tensors import PANORAMA_HEIGHT_PX, PANORAMA_WIDTH_PX
from sideline.training.panoramas import Shard, save_shard
from sideline.training.trajectories import NOBODY, Trajectories, detect_trajectories, load_trajectories
from tests.serving.tiny_engines import write_tiny_engines
from tests.training.shards import truth_of

MARKS = np.array([[203, 99], [603, 99], [803, 99]])
"""Three bright squares of 32 px, centred half a pixel beyond these: there the detector sees them."""


@pytest.fixture(scope="module")
def detr(tmp_path_factory: pytest.TempPathFactory) -> Path:
    repository = tmp_path_factory.mktemp("tiny")
    write_tiny_engines(repository)
    return repository / "detr" / "1" / "model.onnx"


def _shard(
    people_px: list[tuple[float, float]], marked: tuple[bool, ...] = (True, True), marks: np.ndarray = MARKS
) -> Shard:
    """One panorama a truth value of `marked`, with marks or black, and people who do not move.

    The last person of the truth sits at the front, for the scale, and is nobody whom a detector may find.
    """
    images = np.zeros((len(marked), PANORAMA_HEIGHT_PX, PANORAMA_WIDTH_PX, 3), np.uint8)
    for image, has_marks in zip(images, marked, strict=True):
        for x, y in marks if has_marks else ():
            image[y - 15 : y + 17, x - 15 : x + 17] = 255
    points = np.tile(np.array([*people_px, (1000.0, 500.0)]), (len(marked), 1, 1))
    required = np.tile(np.arange(len(people_px) + 1) < len(people_px), (len(marked), 1))
    return Shard(images, truth_of(points, required, np.zeros_like(required)))


def _detect(detr: Path, folder: Path, *shards: Shard) -> list[Trajectories]:
    for index, shard in enumerate(shards):
        save_shard(shard, folder / "shards" / f"{index:03d}")
    detect_trajectories(detr, folder / "shards", folder / "seen")
    return load_trajectories(folder / "seen")


def _owner_at(found: Trajectories, frame: int, detections: int) -> list[int]:
    owners = found.persons[found.frames == frame]
    assert len(owners) == detections
    return sorted(owners.tolist())


def test_a_detection_within_half_a_metre_is_the_persons_and_the_others_are_nobodys(detr: Path, tmp_path: Path) -> None:
    # 2 cm a pixel across, 4 cm down: person 0 stands 0.2 m beside the first mark, person 1 0.57 m below the second,
    # person 2 0.6 m beside the third, and person 3 where nothing shines.
    (found,) = _detect(detr, tmp_path, _shard([(213.5, 99.5), (603.5, 114.5), (833.5, 99.5), (400, 450)]))
    for frame in (0, 1):
        assert _owner_at(found, frame, detections=3) == [NOBODY, NOBODY, 0]
    assert found.frames.tolist() == sorted(found.frames.tolist())
    assert found.embeddings.shape == (6, 256)
    assert (found.scores > 0.3).all()
    assert (found.scores <= 1).all()


def test_of_two_people_at_one_mark_the_nearer_owns_it_and_each_owns_one_at_most(detr: Path, tmp_path: Path) -> None:
    (found,) = _detect(detr, tmp_path, _shard([(218, 99), (208, 99), (603, 99)]))
    assert _owner_at(found, 0, detections=3) == [NOBODY, 1, 2]


@pytest.mark.parametrize(("row", "owners"), [(99, [0, 1]), (483, [0])])
def test_of_detections_that_the_tracker_takes_for_one_player_only_the_best_stays(
    detr: Path, tmp_path: Path, row: int, owners: list[int]
) -> None:
    # 48 px are 0.96 m in row 100, and 48 · 0.02 · e^(-0.004 · 383) = 0.21 m in row 483; the second mark is darker.
    marks = np.array([[203, row], [251, row]])
    shard = _shard([(203, row), (251, row)], marks=marks)
    shard.images[:, :, 230:] = (shard.images[:, :, 230:] * 0.9).astype(np.uint8)
    (found,) = _detect(detr, tmp_path, shard)
    for frame in (0, 1):
        assert _owner_at(found, frame, detections=len(owners)) == owners


def test_scores_and_embeddings_stay_with_their_detections_when_a_double_falls_away(detr: Path, tmp_path: Path) -> None:
    # Brighter is better: the double comes second, the other player third.
    seen = []
    for name, xs in (("with", [203, 251, 803]), ("without", [203, 803])):
        shard = _shard([(203, 483), (803, 483)], marks=np.array([[x, 483] for x in xs]))
        for start, end, dimmed in ((230, 400, 0.95), (400, 1024, 0.9)):
            shard.images[:, :, start:end] = (shard.images[:, :, start:end] * dimmed).astype(np.uint8)
        seen += _detect(detr, tmp_path / name, shard)
    with_double, without = seen
    assert with_double.persons.tolist() == without.persons.tolist() == [0, 1, 0, 1]
    assert with_double.scores == pytest.approx(without.scores)
    assert with_double.embeddings == pytest.approx(without.embeddings)
    assert without.scores[0] > without.scores[1] + 1e-3


def test_only_required_and_ignored_people_own_detections(detr: Path, tmp_path: Path) -> None:
    shard = _shard([(203, 99), (603, 99), (803, 99)])
    shard.truth.required[:] = [True, False, False, False]
    shard.truth.ignored[:] = [False, True, False, False]
    (found,) = _detect(detr, tmp_path, shard)
    assert _owner_at(found, 0, detections=3) == [NOBODY, 0, 1]


def test_frames_in_which_nothing_is_seen_have_no_rows(detr: Path, tmp_path: Path) -> None:
    (found,) = _detect(detr, tmp_path, _shard([(203, 99)], marked=(True, False, True)))
    assert set(found.frames.tolist()) == {0, 2}


def test_a_match_in_which_nothing_is_seen_is_left_out(detr: Path, tmp_path: Path) -> None:
    found = _detect(detr, tmp_path, _shard([(203, 99)], marked=(False, False)), _shard([(203, 99)]))
    assert len(found) == 1
    assert len(found[0].frames) == 6
    assert len(list((tmp_path / "seen").glob("*.npz"))) == 2


def test_a_match_seen_before_is_not_looked_at_again(detr: Path, tmp_path: Path) -> None:
    (first,) = _detect(detr, tmp_path, _shard([(203, 99)]))
    path = tmp_path / "seen" / "000000.npz"
    np.savez(path, frames=first.frames, persons=first.persons + 5, scores=first.scores, embeddings=first.embeddings)
    detect_trajectories(detr, tmp_path / "shards", tmp_path / "seen")
    (again,) = load_trajectories(tmp_path / "seen")
    assert replace(again, persons=again.persons - 5).persons.tolist() == first.persons.tolist()


def test_a_folder_without_trajectories_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="holds no trajectories; train and export the detector first"):
        load_trajectories(tmp_path)
