"""Looks of simulated tracklets: means over crops, or an encoder's word on 15 crops at a time."""

from pathlib import Path

import numpy as np
import pytest

from sideline.arrays import Bools, Float32s
from sideline.tensors import CROP_FEATURE_DIMS, TEMPORAL_CROPS
from sideline.tracking.graph.looks import NO_LOOKS
from sideline.training.bank_crops import NO_CROP, BankCrops
from sideline.training.graph_looks import load_tracklet_encoder, sum_up_looks
from tests.training.random_banks import make_random_bank


@pytest.fixture(scope="module")
def crops() -> BankCrops:
    return BankCrops.of(make_random_bank(2))


class CountingEncoder:
    """Says the mean of the features it is given, and remembers how many crops it was given at a time."""

    def __init__(self) -> None:
        self.counts: list[int] = []

    def __call__(self, features: Float32s, mask: Bools) -> tuple[Float32s, Float32s, Float32s]:
        assert features.shape == (len(mask), TEMPORAL_CROPS, CROP_FEATURE_DIMS)
        assert not features[~mask].any()
        self.counts += mask.sum(axis=1).tolist()
        mean = features.sum(axis=1) / mask.sum(axis=1, keepdims=True)
        count = len(mask)
        return mean[:, :64], np.zeros((count, 133), np.float32), np.full((count, 8), 0.5, np.float32)


def test_without_an_encoder_looks_are_means_over_the_crops_that_there_are(crops: BankCrops) -> None:
    rows = np.array([3, NO_CROP, 5, 4])
    looks, nothing = sum_up_looks(crops, [rows, np.array([NO_CROP, NO_CROP])])
    mean = crops.bank.appearance[[3, 5, 4]].mean(axis=0)
    np.testing.assert_allclose(looks.appearance, mean / np.linalg.norm(mean), atol=1e-6)
    np.testing.assert_allclose(looks.team, crops.bank.team[3:6].mean(axis=0), atol=1e-6)
    assert looks.crops == 3
    assert nothing is NO_LOOKS


def test_an_encoder_is_asked_for_15_crops_at_a_time_and_its_answers_are_added(crops: BankCrops) -> None:
    encoder = CountingEncoder()
    long, short, nothing = sum_up_looks(crops, [np.arange(32), np.array([40, 41]), np.array([NO_CROP])], encoder)
    assert encoder.counts == [11, 11, 10, 2]
    assert (long.crops, short.crops) == (32, 2)
    assert nothing is NO_LOOKS
    mean = crops.bank.crop_features[[40, 41]].mean(axis=0)[:64]
    np.testing.assert_allclose(short.appearance, mean / np.linalg.norm(mean), atol=1e-6)
    assert (long.team == 0.5).all()


def test_no_tracklets_need_no_encoder(crops: BankCrops) -> None:
    encoder = CountingEncoder()
    assert sum_up_looks(crops, [np.array([NO_CROP])], encoder) == [NO_LOOKS]
    assert encoder.counts == []


def test_a_file_that_is_not_there_is_no_encoder(tmp_path: Path) -> None:
    assert load_tracklet_encoder(tmp_path / "model.onnx") is None


def test_the_committed_encoder_answers_as_the_graph_asks() -> None:
    encode = load_tracklet_encoder(Path("model_repository/temporal_encoder/1/model.onnx"))
    assert encode is not None
    mask = np.arange(TEMPORAL_CROPS) < np.array([[3], [15]])
    appearance, jersey, team = encode(np.zeros((2, TEMPORAL_CROPS, CROP_FEATURE_DIMS), np.float32), mask)
    assert (appearance.shape, jersey.shape, team.shape) == ((2, 64), (2, 133), (2, 8))
