"""The crop encoder: shapes, unit length, everything said follows from the features."""

import pytest
import torch

from sideline.networks.crop_encoder import CropEncoder


@pytest.fixture(scope="module")
def network() -> CropEncoder:
    torch.manual_seed(0)
    return CropEncoder().eval()


@pytest.fixture(scope="module")
def crops() -> torch.Tensor:
    return torch.randint(0, 256, (3, 256, 128, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


def test_outputs_have_the_promised_shapes_and_appearances_unit_length(
    network: CropEncoder, crops: torch.Tensor
) -> None:
    with torch.no_grad():
        appearance, jersey, team, features = network(crops)
    assert [tuple(output.shape) for output in (appearance, jersey, team, features)] == [
        (3, 64), (3, 133), (3, 8), (3, 128),
    ]  # fmt: skip
    torch.testing.assert_close(appearance.norm(dim=1), torch.ones(3))


def test_a_crop_is_encoded_by_itself_whatever_is_in_the_batch(network: CropEncoder, crops: torch.Tensor) -> None:
    with torch.no_grad():
        together, alone = network(crops), network(crops[1:2])
    for one, all_three in zip(alone, together, strict=True):
        torch.testing.assert_close(one[0], all_three[1], atol=1e-4, rtol=1e-3)


def test_everything_said_follows_from_the_features(network: CropEncoder, crops: torch.Tensor) -> None:
    with torch.no_grad():
        *said, features = network(crops)
        for output, again in zip(said, network.heads(features), strict=True):
            torch.testing.assert_close(output, again)


def test_a_blank_crop_gives_finite_numbers(network: CropEncoder) -> None:
    with torch.no_grad():
        outputs = network(torch.zeros(1, 256, 128, 3, dtype=torch.uint8))
    assert all(torch.isfinite(output).all() for output in outputs)


def test_every_part_of_a_crop_can_change_the_answer(network: CropEncoder, crops: torch.Tensor) -> None:
    with torch.no_grad():
        before = network(crops[:1])[3]
        for top in range(0, 256, 64):
            changed = crops[:1].clone()
            changed[:, top : top + 64] = 255 - changed[:, top : top + 64]
            assert (network(changed)[3] - before).abs().max() > 1e-4


def test_it_stays_small() -> None:
    assert sum(parameter.numel() for parameter in CropEncoder().parameters()) < 2_000_000


def test_the_number_branch_sees_its_window_alone(network: CropEncoder, crops: torch.Tensor) -> None:
    changed = crops.clone()
    changed[:, :48], changed[:, 144:], changed[:, :, :16], changed[:, :, 112:] = 0, 0, 0, 0
    inside = crops.clone()
    inside[:, 60:120, 40:90] = 0
    with torch.no_grad():
        (_, _, before), (_, _, same), (_, _, other) = (network.look(part) for part in (crops, changed, inside))
    torch.testing.assert_close(before.digits, same.digits, atol=1e-5, rtol=1e-4)
    assert before.digits.shape == (3, 3, 10)
    assert before.places.shape == (3, 4, 144)
    assert (before.digits - other.digits).abs().max() > 1e-4
