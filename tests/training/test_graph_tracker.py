"""Training the graph tracker end to end on worlds made by rule, its losses and its figures."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from sideline.errors import TrainingError
from sideline.networks.graph_tracker import GraphOutput, GraphTracker
from sideline.tracking.graph.settings import WINDOW
from sideline.training.appearance_bank import save_bank
from sideline.training.bank_crops import BankCrops
from sideline.training.graph_batches import GraphBatch
from sideline.training.graph_matches import choose_engines, compare_with_heuristic, measure_tracks
from sideline.training.graph_samples import UNKNOWN
from sideline.training.graph_tracker import SamplePool, measure_focal_loss, measure_losses, train_graph_tracker
from sideline.training.graph_validation import measure_links, score_by_hand, score_by_network
from sideline.training.graph_windows import GraphSampler
from sideline.training.loop import Schedule, load_averaged
from sideline.training.sighted_matches import save_sighted_match
from sideline.training.solved_graphs import SolvedGraphs
from tests.training.random_banks import make_random_bank
from tests.training.sighted_worlds import make_world

CPU, NO_ENCODER = torch.device("cpu"), Path("absent.onnx")


@pytest.fixture(scope="module")
def crops() -> BankCrops:
    return BankCrops.of(make_random_bank(1))


def _save_world(folder: Path) -> None:
    for name in ("sightings", "banks"):
        (folder / name).mkdir(exist_ok=True)
    save_sighted_match(make_world(people=6, frames=300, hidden=(2, 100, 130)), folder / "sightings" / "000001.npz")
    save_bank(make_random_bank(1), folder / "banks")


def test_the_focal_loss_of_three_pairs() -> None:
    # Logit log 3 is a probability of 3/4. A true pair misses 1/4, a false one 3/4; logit 0 misses 1/2. One true pair.
    log_3 = math.log(3.0)
    loss = measure_focal_loss(torch.tensor([log_3, log_3, 0.0]), torch.tensor([1.0, 0.0, 0.0]))
    expected = -(0.25 * math.log(0.75) + 0.75 * math.log(0.25) + 0.5 * math.log(0.5))
    assert loss.item() == pytest.approx(expected, abs=1e-6)


def test_uncertain_pairs_unknown_categories_and_early_steps_do_not_count() -> None:
    batch = GraphBatch(
        nodes=torch.zeros(2, 71),
        pairs=torch.zeros(2, 16),
        first=torch.tensor([0, 0]),
        second=torch.tensor([1, 1]),
        levels=torch.zeros(2, 4),
        team_evidence=torch.zeros(2, 3),
        successors=torch.tensor([1.0, 1.0]),
        certain=torch.tensor([True, False]),
        categories=torch.tensor([0, UNKNOWN]),
    )
    good, bad = torch.tensor([[9.0], [-9.0]]), torch.tensor([[-9.0], [-9.0]])
    names = torch.tensor([[9.0, 0.0, 0.0], [0.0, 0.0, 9.0]])
    losses = measure_losses(GraphOutput([bad] * 3 + [good] * 6, names), batch)
    assert losses["pairs"].item() < 1e-3
    assert losses["category"].item() < 1e-3
    assert measure_losses(GraphOutput([good] * 3 + [bad] * 6, names), batch)["pairs"].item() > 5


def test_a_pool_gives_few_fresh_samples_and_old_ones_again(crops: BankCrops) -> None:
    rng = np.random.default_rng(0)
    world = [make_world(people=6, frames=200)]
    solved = SolvedGraphs(world, [crops], rng, [score_by_hand], None)
    pool = SamplePool(GraphSampler(world, [crops], rng), solved, rng, size=10, fresh=0.25)
    seen = [id(sample) for _ in range(6) for sample in pool.draw(8)]
    assert len(seen) == 48
    assert len(set(seen)) <= 8 + 5 * 2


def test_training_lowers_the_loss_resumes_and_leaves_weights_that_load(tmp_path: Path) -> None:
    _save_world(tmp_path)
    arguments = (tmp_path / "sightings", tmp_path / "banks", NO_ENCODER, tmp_path / "out")
    train_graph_tracker(*arguments, Schedule(steps=3, warmup_steps=0), 4, CPU)
    schedule = Schedule(steps=60, learning_rate=5e-3, warmup_steps=0)
    average = train_graph_tracker(*arguments, schedule, 4, CPU)
    rows = [json.loads(line) for line in (tmp_path / "out" / "log.jsonl").read_text().splitlines()]
    assert [row["step"] for row in rows] == list(range(1, 61))
    assert np.mean([row["pairs"] for row in rows[-10:]]) < 0.6 * np.mean([row["pairs"] for row in rows[:3]])
    served = load_averaged(GraphTracker(), tmp_path / "out" / "last.pt")
    for mine, theirs in zip(served.parameters(), average.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_folders_without_data_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="sideline train sightings"):
        train_graph_tracker(tmp_path, tmp_path, NO_ENCODER, tmp_path / "out", Schedule(steps=1), 4, CPU)


def test_the_heuristic_follows_people_in_lanes_of_their_own(crops: BankCrops) -> None:
    world = make_world(people=6, frames=300, hidden=(2, 60, 90))
    links = measure_links(GraphSampler([world], [crops], np.random.default_rng(0)), score_by_hand, WINDOW, 10)
    assert links.recall > 0.9
    assert links.category_accuracy > 0.9


@pytest.mark.parametrize("path", ["a", "b"])
def test_a_track_goes_on_where_a_micro_track_breaks(crops: BankCrops, path: str) -> None:
    # Person 2 is hidden for 30 of 300 frames: a micro-track keeps at most the longer part, frames 90–299.
    world = make_world(people=6, frames=300, hidden=(2, 60, 90))
    figures = measure_tracks(world, crops, choose_engines(score_by_hand), path, np.random.default_rng(0))
    assert figures.tracks.assa > 0.95
    assert figures.tracks.assa > figures.micro_tracks.assa + 0.02
    # A speck at the border of a window may fit nobody; hardly anything is lost so.
    assert figures.micro_tracks.deta - 0.005 < figures.tracks.deta <= figures.micro_tracks.deta


def test_an_untrained_network_is_called_as_the_solver_calls_it(crops: BankCrops) -> None:
    torch.manual_seed(0)
    network = GraphTracker().eval()
    graph = GraphSampler([make_world()], [crops], np.random.default_rng(0)).draw(WINDOW).graph
    level = np.eye(4, dtype=np.float32)[[WINDOW]]
    inputs = (graph.nodes[None], graph.pairs[None], graph.pair_mask[None], level, graph.team_evidence[None])
    pair_logits, category_logits = score_by_network(network)(*inputs)
    with torch.no_grad():
        expected = network(*(torch.from_numpy(each) for each in inputs))
    assert np.array_equal(pair_logits, expected[0].numpy())
    assert np.array_equal(category_logits, expected[1].numpy())


def test_the_comparison_has_a_line_for_every_level_and_scorer_and_one_for_the_tracks_of_each(tmp_path: Path) -> None:
    _save_world(tmp_path)
    folders = (tmp_path / "sightings", tmp_path / "banks", NO_ENCODER)
    train_graph_tracker(*folders, tmp_path / "out", Schedule(steps=1), 2, CPU)
    lines = list(compare_with_heuristic(tmp_path / "out" / "last.pt", *folders, graphs=2, matches=1, path="b"))
    assert len(lines) == 10
    assert all("precision" in line and "recall" in line for line in lines[:8])
    assert lines[9].startswith("path b heuristic hota_1m 0.9")
