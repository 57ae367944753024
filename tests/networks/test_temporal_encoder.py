"""The temporal encoder: absent crops say nothing."""

import pytest
import torch

from sideline.networks.temporal_encoder import TemporalEncoder


@pytest.fixture(scope="module")
def network() -> TemporalEncoder:
    torch.manual_seed(0)
    return TemporalEncoder().eval()


def _features(seed: int = 0) -> torch.Tensor:
    return torch.randn(2, 15, 128, generator=torch.Generator().manual_seed(seed))


def _mask(*counts: int) -> torch.Tensor:
    return torch.arange(15) < torch.tensor(counts)[:, None]


def test_outputs_have_the_promised_shapes_and_appearances_unit_length(network: TemporalEncoder) -> None:
    with torch.no_grad():
        appearance, jersey, team = network(_features(), _mask(15, 1))
    assert [tuple(output.shape) for output in (appearance, jersey, team)] == [(2, 64), (2, 133), (2, 8)]
    torch.testing.assert_close(appearance.norm(dim=1), torch.ones(2))


def test_what_stands_in_absent_rows_does_not_matter(network: TemporalEncoder) -> None:
    mask, features = _mask(4, 9), _features()
    other = torch.where(mask.unsqueeze(-1), features, 100 * _features(1))
    with torch.no_grad():
        for one, again in zip(network(features, mask), network(other, mask), strict=True):
            torch.testing.assert_close(one, again, atol=1e-5, rtol=1e-4)


def test_every_crop_that_is_there_matters(network: TemporalEncoder) -> None:
    features, mask = _features(), _mask(5, 5)
    with torch.no_grad():
        before = network(features, mask)[1]
        for row in range(5):
            changed = features.clone()
            changed[:, row] += 1.0
            assert ((network(changed, mask)[1] - before).abs().amax(dim=1) > 1e-4).all()


def test_a_tracklet_without_any_crop_gives_finite_numbers(network: TemporalEncoder) -> None:
    with torch.no_grad():
        outputs = network(_features(), _mask(0, 0))
    assert all(torch.isfinite(output).all() for output in outputs)
