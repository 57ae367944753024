"""The building blocks against torch's own versions of them and against numbers by hand."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from sideline.networks.layers import BasicBlock, SelfAttention, attend, sample_bilinear, sine_encoding, split_heads


def _grid_sample(features: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """torch's reading of the same points; it counts from -1 to 1 between the centres of the outermost pixels."""
    size = torch.tensor([features.shape[3] - 1, features.shape[2] - 1])
    grid = (2 * points / size - 1).unsqueeze(1)
    values = F.grid_sample(features, grid, mode="bilinear", padding_mode="border", align_corners=True)
    return values.squeeze(2).transpose(1, 2)


@pytest.mark.parametrize(("height", "width"), [(5, 9), (9, 5), (2, 7), (4, 4)])
def test_sampling_inside_the_map_is_torchs_grid_sample(height: int, width: int) -> None:
    torch.manual_seed(0)
    features = torch.randn(3, 4, height, width)
    points = torch.rand(3, 50, 2) * torch.tensor([width - 1, height - 1])
    torch.testing.assert_close(sample_bilinear(features, points), _grid_sample(features, points), atol=1e-5, rtol=0)


@pytest.mark.parametrize(("height", "width"), [(5, 9), (9, 5)])
def test_sampling_outside_the_map_takes_the_borders_value_on_each_axis(height: int, width: int) -> None:
    torch.manual_seed(0)
    features = torch.randn(2, 3, height, width)
    points = (torch.rand(2, 50, 2) * 5 - 2) * torch.tensor([width, height])
    torch.testing.assert_close(sample_bilinear(features, points), _grid_sample(features, points), atol=1e-5, rtol=0)


def test_sampling_by_hand_on_a_map_of_two_rows_and_three_columns() -> None:
    features = torch.tensor([[0.0, 10.0, 20.0], [100.0, 110.0, 120.0]]).reshape(1, 1, 2, 3)
    points = torch.tensor([[[0.0, 0.0], [2.0, 1.0], [0.5, 0.0], [1.25, 0.5], [7.0, 0.0], [-3.0, 9.0]]])
    expected = torch.tensor([0.0, 120.0, 5.0, 62.5, 20.0, 100.0]).reshape(1, 6, 1)
    torch.testing.assert_close(sample_bilinear(features, points), expected)


def test_every_image_of_a_batch_is_read_from_its_own_map() -> None:
    features = torch.tensor([1.0, 2.0, 3.0]).reshape(3, 1, 1, 1).expand(3, 1, 4, 6)
    assert sample_bilinear(features, torch.full((3, 2, 2), 2.5))[..., 0].tolist() == [[1, 1], [2, 2], [3, 3]]


def test_sine_encoding_by_hand() -> None:
    # Two wavelengths, 2 and 0.5: x = 0.25 has the phases π/4 and π, y = 0.5 has π/2 and 2π.
    encoded = sine_encoding(torch.tensor([0.25, 0.5]), frequencies=2, shortest=0.5)
    half = math.sqrt(0.5)
    expected = torch.tensor([half, 0.0, 1.0, 0.0, half, -1.0, 0.0, 1.0])
    torch.testing.assert_close(encoded, expected, atol=1e-6, rtol=0)


def test_sine_encoding_spaces_its_wavelengths_by_one_factor() -> None:
    # 2, 0.2 and 0.02: the middle one is the geometric mean; x = 0.05 is a quarter of it.
    encoded = sine_encoding(torch.tensor([0.05, 0.0]), frequencies=3, shortest=0.02)
    assert encoded[1].item() == pytest.approx(1.0, abs=1e-5)
    assert encoded.shape == (12,)


def test_heads_are_cut_from_the_width_in_order() -> None:
    rows = torch.arange(8.0).reshape(1, 2, 4)
    assert split_heads(rows, 2).tolist() == [[[[0, 1], [4, 5]], [[2, 3], [6, 7]]]]


def test_attend_is_torchs_scaled_dot_product_attention() -> None:
    torch.manual_seed(0)
    query, key, value = torch.randn(2, 4, 5, 8), torch.randn(2, 4, 7, 8), torch.randn(2, 4, 7, 8)
    bias = torch.randn(2, 1, 5, 7)
    expected = F.scaled_dot_product_attention(query, key, value, attn_mask=bias.expand(2, 4, 5, 7))
    torch.testing.assert_close(attend(query, key, value, bias), expected.transpose(1, 2).flatten(2))
    expected = F.scaled_dot_product_attention(query, key, value)
    torch.testing.assert_close(attend(query, key, value), expected.transpose(1, 2).flatten(2))


def _as_torch_attention(attention: SelfAttention, width: int) -> nn.MultiheadAttention:
    theirs = nn.MultiheadAttention(width, attention.heads, batch_first=True)
    theirs.load_state_dict(
        {
            "in_proj_weight": torch.cat([attention.query_key.weight, attention.value.weight]),
            "in_proj_bias": torch.cat([attention.query_key.bias, attention.value.bias]),
            "out_proj.weight": attention.output.weight,
            "out_proj.bias": attention.output.bias,
        }
    )
    return theirs


@pytest.mark.parametrize("with_position", [False, True])
def test_self_attention_is_torchs_with_position_in_queries_and_keys_only(with_position: bool) -> None:
    torch.manual_seed(0)
    attention = SelfAttention(16, heads=4)
    rows, position = torch.randn(2, 6, 16), torch.randn(2, 6, 16) if with_position else None
    placed = rows if position is None else rows + position
    expected, _ = _as_torch_attention(attention, 16)(placed, placed, rows)
    torch.testing.assert_close(attention(rows, position), expected, atol=1e-5, rtol=0)


def test_self_attention_with_a_bias_leaves_absent_rows_out() -> None:
    torch.manual_seed(0)
    attention = SelfAttention(16, heads=4)
    rows = torch.randn(1, 6, 16)
    bias = torch.tensor([0.0, 0.0, 0.0, -1e4, -1e4, -1e4]).reshape(1, 1, 1, 6)
    torch.testing.assert_close(attention(rows, bias=bias)[:, :3], attention(rows[:, :3]))


def test_a_block_whose_convolutions_say_nothing_passes_positive_features_on() -> None:
    block = BasicBlock(3).eval()
    nn.init.zeros_(block.second[0].weight)
    features = torch.tensor([-1.0, 0.0, 2.0]).reshape(1, 3, 1, 1).expand(1, 3, 4, 4)
    assert block(features)[0, :, 0, 0].tolist() == [0, 0, 2]
