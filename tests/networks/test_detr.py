"""The keypoint DETR: from the heatmap's peaks to points, scores and embeddings."""

import math

import pytest
import torch
from torch import nn

from sideline.networks.backbone import CHANNELS, STRIDES
from sideline.networks.detr import (
    APPEARANCE_DIMS,
    DECODER_LAYERS,
    WIDTH,
    DecoderLayer,
    DetrEngine,
    KeypointDetr,
    join_embedding,
    points_to_uv,
)
from sideline.tensors import EMBEDDING_DIMS

HEIGHT, WIDTH_PX, QUERIES = 64, 160, 10


class FixedHeatmap(nn.Module):
    """A heatmap head that says the same whatever it sees: `cells` of (row, column, logit) on a floor of -9."""

    def __init__(self, *cells: tuple[int, int, float]) -> None:
        super().__init__()
        self.logits = torch.full((1, 1, HEIGHT // 4, WIDTH_PX // 4), -9.0)
        for row, column, logit in cells:
            self.logits[0, 0, row, column] = logit

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return self.logits.expand(len(features), -1, -1, -1)


def _network(*cells: tuple[int, int, float]) -> KeypointDetr:
    torch.manual_seed(0)
    network = KeypointDetr(queries=QUERIES).eval()
    if cells:
        network.heatmap = nn.Sequential(nn.Identity(), FixedHeatmap(*cells))
        nn.init.zeros_(network.offsets.weight)
        nn.init.zeros_(network.offsets.bias)
    return network


def _stir(network: KeypointDetr) -> KeypointDetr:
    """Weights for the heads that start at zero, so that everything depends on everything."""
    for layer in network.layers:
        for head in (layer.offsets, layer.shift, layer.logit):
            nn.init.normal_(head.weight, std=0.05)
    return network


def _images(count: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (count, HEIGHT, WIDTH_PX, 3), dtype=torch.uint8, generator=generator)


def test_shapes_of_all_that_training_needs() -> None:
    with torch.no_grad():
        output = _network()(_images(2))
    assert output.heatmap.shape == (2, 1, HEIGHT // 4, WIDTH_PX // 4)
    assert output.offsets_px.shape == (2, 2, HEIGHT // 4, WIDTH_PX // 4)
    assert output.starts_px.shape == (2, QUERIES, 2)
    assert len(output.layers) == DECODER_LAYERS
    assert all(layer.logits.shape == (2, QUERIES, 1) for layer in output.layers)
    assert all(layer.points_px.shape == (2, QUERIES, 2) for layer in output.layers)
    assert output.appearance.shape == (2, QUERIES, APPEARANCE_DIMS)


@pytest.mark.parametrize(("row", "column"), [(3, 30), (15, 0), (0, 39), (7, 12)])
def test_the_heatmaps_only_peak_comes_back_at_its_pixel_with_its_score(row: int, column: int) -> None:
    # An untrained decoder shifts nothing and adds nothing; a cell of 4 px has its centre 1.5 px after its first pixel.
    with torch.no_grad():
        output = _network((row, column, 4.0))(_images(2))
    for layer in output.layers:
        assert layer.points_px[:, 0].tolist() == [[4 * column + 1.5, 4 * row + 1.5]] * 2
        assert layer.logits[:, 0, 0].tolist() == [4.0, 4.0]
        assert layer.logits[:, 1:].max() <= -9.0


def test_peaks_come_in_order_of_score_and_the_cell_beside_a_peak_comes_after_all_of_them() -> None:
    with torch.no_grad():
        output = _network((5, 5, 3.0), (5, 6, 2.5), (10, 20, 1.0), (2, 33, 2.0))(_images(1))
    points = output.layers[-1].points_px[0, :3].tolist()
    assert points == [[21.5, 21.5], [133.5, 9.5], [81.5, 41.5]]
    assert [25.5, 21.5] not in output.layers[-1].points_px[0].tolist()


def test_a_person_behind_another_starts_a_query_with_a_handicap_of_one_and_keeps_their_score() -> None:
    # Row 6 is below row 5 in one column: 2.5 - 1 comes after 2.0 and before 1.0, while (5, 6) is on its ridge's flank.
    output_of = _network((5, 5, 3.0), (6, 5, 2.5), (5, 6, 2.9), (10, 20, 1.0), (2, 33, 2.0))
    with torch.no_grad():
        last = output_of(_images(1)).layers[-1]
    assert last.points_px[0, :4].tolist() == [[21.5, 21.5], [133.5, 9.5], [21.5, 25.5], [81.5, 41.5]]
    assert last.logits[0, :4, 0].tolist() == [3.0, 2.0, 2.5, 1.0]
    assert [25.5, 21.5] not in last.points_px[0].tolist()


def test_a_neighbour_in_the_next_column_is_no_start_even_where_it_is_above_or_below() -> None:
    # (6, 6) touches the peak (5, 5) at a corner: best of its row, so a ridge; (6, 7) beside it is on the flank.
    output_of = _network((5, 5, 3.0), (6, 6, 2.5), (6, 7, 2.4))
    with torch.no_grad():
        points = output_of(_images(1)).layers[-1].points_px[0].tolist()
    assert points[:2] == [[21.5, 21.5], [25.5, 25.5]]
    assert [29.5, 25.5] not in points


def test_where_proposals_run_out_flanks_come_last() -> None:
    network = _network((5, 5, 3.0), (5, 6, 2.9))
    network.queries = 16 * 40
    with torch.no_grad():
        last = network(_images(1)).layers[-1]
    flank = last.points_px[0].tolist().index([25.5, 21.5])
    assert flank > 16 * 40 - 10, "only the neighbours of the peak stand back"
    assert last.logits[0, flank].item() == pytest.approx(2.9)


def test_queries_send_no_gradient_into_the_heatmap_and_the_offsets() -> None:
    network = _network()
    output = network(_images(1))
    torch.stack([layer.points_px.sum() + layer.logits.sum() for layer in output.layers]).sum().backward()
    assert network.heatmap[-1].weight.grad is None
    assert network.offsets.weight.grad is None
    assert network.layers[-1].logit.weight.grad is not None


def test_a_query_knows_the_score_that_it_started_with() -> None:
    with torch.no_grad():
        networks = [_network((5, 5, logit)) for logit in (1.0, 5.0)]
        knowing = [network(_images(1)).appearance[0, 0] for network in networks]
        for network in networks:
            nn.init.zeros_(network.rank.weight)
        ignorant = [network(_images(1)).appearance[0, 0] for network in networks]
    assert not torch.allclose(*knowing, atol=1e-2)
    torch.testing.assert_close(*ignorant)


def test_the_offset_of_its_cell_moves_a_peak_by_four_pixels_a_unit() -> None:
    network = _network((5, 9, 3.0))
    with torch.no_grad():
        network.offsets.bias.copy_(torch.tensor([0.5, -0.25]))
        output = network(_images(1))
    assert output.layers[-1].points_px[0, 0].tolist() == [37.5 + 2.0, 21.5 - 1.0]
    assert output.offsets_px[0, :, 5, 9].tolist() == [2.0, -1.0]


def test_starts_are_the_centres_of_the_cells_in_the_order_of_the_queries_wherever_these_go() -> None:
    # The offset moves every query by (2, -1) px and the first layer by another (2, 2).
    network = _network((5, 5, 3.0), (10, 20, 1.0), (2, 33, 2.0))
    nn.init.constant_(network.layers[0].shift.bias, 0.25)
    with torch.no_grad():
        network.offsets.bias.copy_(torch.tensor([0.5, -0.25]))
        output = network(_images(2))
    for starts, points in zip(output.starts_px, output.layers[0].points_px, strict=True):
        assert starts[:3].tolist() == [[21.5, 21.5], [133.5, 9.5], [81.5, 41.5]]
        assert points[:3].tolist() == [[25.5, 22.5], [137.5, 10.5], [85.5, 42.5]]


def test_a_layers_shift_moves_the_points_by_eight_pixels_a_unit_and_its_logit_is_added() -> None:
    network = _network((5, 5, 3.0))
    first, last = network.layers[0], network.layers[-1]
    nn.init.constant_(first.shift.bias, 0.25)
    nn.init.constant_(last.logit.bias, -1.0)
    with torch.no_grad():
        layers = network(_images(1)).layers
    assert [layer.points_px[0, 0].tolist() for layer in layers] == [[23.5, 23.5]] * DECODER_LAYERS
    assert [layer.logits[0, 0, 0].item() for layer in layers] == [3.0, 3.0, 2.0]


def test_a_batch_is_each_image_alone() -> None:
    network, images = _stir(_network()), _images(2)
    with torch.no_grad():
        together = network(images)
        alone = [network(images[index : index + 1]) for index in range(2)]
    for index, single in enumerate(alone):
        torch.testing.assert_close(
            together.layers[-1].points_px[index], single.layers[-1].points_px[0], atol=1e-3, rtol=0
        )
        torch.testing.assert_close(together.layers[-1].logits[index], single.layers[-1].logits[0], atol=1e-4, rtol=0)
        torch.testing.assert_close(together.appearance[index], single.appearance[0], atol=1e-3, rtol=0)
    assert not torch.allclose(alone[0].appearance, alone[1].appearance, atol=1e-2)


def test_appearances_have_one_length() -> None:
    with torch.no_grad():
        appearance = _stir(_network())(_images(1)).appearance
    torch.testing.assert_close(appearance.norm(dim=-1), torch.full((1, QUERIES), math.sqrt(192)), atol=1e-3, rtol=0)


def test_the_decoder_looks_from_the_feet_up_the_body_on_every_map() -> None:
    # Every map holds the image coordinate of its cells' centres, so a layer reads where it looked: 4 px to both sides,
    # and from the floor to 76 px above it in 6, 4 and 2 steps on the maps of stride 4, 8 and 16.
    torch.manual_seed(0)
    layer, point = DecoderLayer(), torch.tensor([[[301.0, 170.0]]])
    for axis, centre in ((0, 301.0), (1, 170.0)):
        with torch.no_grad():
            sampled = layer(torch.randn(1, 1, WIDTH), point, _coordinate_maps(axis))[3][0, 0]
        looks = _looks_of_first_channel(sampled)
        if axis == 0:
            assert all(set(where) == {centre - 4, centre + 4} for where in looks)
        else:
            assert [len(set(where)) for where in looks] == [6, 4, 2]
            assert all(min(where) == centre - 76 and max(where) == centre for where in looks)


def _coordinate_maps(axis: int) -> tuple[torch.Tensor, ...]:
    maps = []
    for channels, stride in zip(CHANNELS, STRIDES, strict=True):
        x = (torch.arange(512 // stride) * stride + (stride - 1) / 2).expand(256 // stride, -1)
        y = (torch.arange(256 // stride) * stride + (stride - 1) / 2)[:, None].expand(-1, 512 // stride)
        maps.append((x, y)[axis].expand(1, channels, -1, -1).to(torch.float32))
    return tuple(maps)


def _looks_of_first_channel(sampled: torch.Tensor) -> list[list[float]]:
    groups = sampled.split([12 * CHANNELS[0], 8 * CHANNELS[1], 4 * CHANNELS[2]])
    return [
        [round(value, 2) for value in group.reshape(-1, channels)[:, 0].tolist()]
        for group, channels in zip(groups, CHANNELS, strict=True)
    ]


def test_the_engine_divides_pixel_centres_by_the_panoramas_size_and_joins_the_embedding() -> None:
    network = _network((3, 30, 4.0))
    with torch.no_grad():
        logits, points, embeddings = DetrEngine(network)(_images(1))
        appearance = network(_images(1)).appearance
    assert logits.shape == (1, QUERIES, 1)
    assert points[0, 0].tolist() == pytest.approx([(121.5 + 0.5) / 1024, (13.5 + 0.5) / 512])
    assert embeddings.shape == (1, QUERIES, EMBEDDING_DIMS)
    torch.testing.assert_close(embeddings, join_embedding(appearance, points))


def test_uv_of_pixels_by_hand_and_clamped() -> None:
    pixels = torch.tensor([[-0.5, -0.5], [511.5, 255.5], [1023.5, 511.5], [255.5, 511.5], [-40.0, 900.0]])
    assert points_to_uv(pixels).tolist() == [[0, 0], [0.5, 0.5], [1, 1], [0.25, 1], [0, 1]]


def test_an_embedding_is_the_appearance_and_then_the_point_at_wavelengths_from_2_to_one_hundredth() -> None:
    appearance = torch.randn(1, 1, APPEARANCE_DIMS)
    embedding = join_embedding(appearance, torch.tensor([[[0.5, 0.25]]]))[0, 0]
    torch.testing.assert_close(embedding[:192], appearance[0, 0])
    position = embedding[192:]
    # 16 sines of u, 16 of v, 16 cosines of u, 16 of v; the first of each has wavelength 2, the last 0.01.
    assert position[[0, 16, 32, 48]].tolist() == pytest.approx([1, math.sqrt(0.5), 0, math.sqrt(0.5)], abs=1e-6)
    assert position[[15, 31, 47, 63]].tolist() == pytest.approx([0, 0, 1, 1], abs=1e-3)
