"""Statistics of a track by hand, and what the network must not depend on."""

import pytest
import torch

from sideline.networks.persistence import PersistenceEngine, PersistenceNetwork, measure_statistics

_SEEN = torch.ones(1, 25, dtype=torch.bool)


def _straight(speed_m_s: float) -> torch.Tensor:
    """[1, 25, 2] along x."""
    return torch.stack([torch.arange(25) * speed_m_s / 25, torch.zeros(25)], dim=-1)[None]


def test_a_straight_walk_has_its_velocity_and_neither_acceleration_nor_curvature() -> None:
    step = measure_statistics(_straight(2.0), _SEEN)[0, 12]
    place, velocity, acceleration, speed = step[:2], step[2:4], step[4:6], step[6]
    direction, curvature = step[7:9], step[9]
    assert place.tolist() == pytest.approx([0, 0], abs=1e-6)  # the middle one of 25 steps
    assert velocity.tolist() == pytest.approx([0.5, 0], abs=1e-5)  # 2 m/s in units of 4
    assert acceleration.tolist() == pytest.approx([0, 0], abs=1e-4)
    assert float(speed) == pytest.approx(0.5, abs=1e-4)
    assert direction.tolist() == pytest.approx([1, 0], abs=1e-4)
    assert float(curvature) == pytest.approx(0, abs=1e-3)


def test_a_circle_has_the_curvature_of_its_radius() -> None:
    """3 m/s on a circle of 2 m: 1 / 2 m, as ln(1 + 0.5) / 4."""
    angle = torch.arange(25) * 3.0 / 25 / 2.0
    circle = 2.0 * torch.stack([angle.cos(), angle.sin()], dim=-1)[None]
    assert float(measure_statistics(circle, _SEEN)[0, 12, 9]) == pytest.approx(0.4055 / 4, abs=1e-3)


def test_neighbours_of_a_gap_have_no_velocity() -> None:
    mask = _SEEN.clone()
    mask[0, 10] = False
    statistics = measure_statistics(_straight(2.0), mask)[0]
    assert statistics[10, :10].tolist() == pytest.approx([0] * 10, abs=1e-3)
    assert statistics[11, 2:6].tolist() == pytest.approx([0] * 4, abs=1e-6)
    assert statistics[12, 2:4].tolist() == pytest.approx([0.5, 0], abs=1e-5)
    assert statistics[12, 4:6].tolist() == pytest.approx([0, 0], abs=1e-6)
    assert statistics[9:13, 10:13].tolist() == [[1, 1, 1], [0, 0, 0], [1, 0, 0], [1, 1, 0]]


def test_the_answer_depends_neither_on_where_the_track_is_nor_on_what_stands_where_it_was_not_seen() -> None:
    torch.manual_seed(0)
    engine = PersistenceEngine(PersistenceNetwork()).eval()
    points, mask = torch.randn(4, 25, 2), torch.rand(4, 25) < 0.6
    with torch.no_grad():
        said = engine(points, mask)
        moved = engine(points + torch.tensor([7.0, -3.0]), mask)
        filled = engine(torch.where(mask[..., None], points, torch.full_like(points, 1e6)), mask)
    assert torch.allclose(said, moved, atol=1e-4)
    assert torch.equal(said, filled)
    assert float((said * ~mask).abs().max()) == 0
    assert float(said[mask].min()) > 0 and float(said.max()) < 1


def test_a_track_that_was_never_seen_gives_zeros() -> None:
    with torch.no_grad():
        said = PersistenceEngine(PersistenceNetwork()).eval()(torch.zeros(1, 25, 2), ~_SEEN)
    assert said.tolist() == [[0.0] * 25]


def test_the_network_is_small_and_all_of_it_learns() -> None:
    network = PersistenceNetwork()
    assert 150_000 < sum(each.numel() for each in network.parameters()) < 300_000
    network(torch.randn(2, 25, 2), _SEEN.repeat(2, 1)).sum().backward()
    assert [name for name, each in network.named_parameters() if each.grad is None] == []
