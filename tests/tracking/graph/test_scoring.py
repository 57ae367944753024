"""Padding and batches: what the engine gets, and that each graph gets its own back."""

import numpy as np

from sideline.arrays import Bools, Float32s
from sideline.tensors import NODE_DIMS, PAIR_DIMS
from sideline.tracking.graph.scoring import Graph, GraphScorer


def graph_of(count: int, value: float) -> Graph:
    """A graph whose numbers all are the value, but 0 on the diagonal, which is masked."""
    mask = ~np.eye(count, dtype=np.bool_)
    return Graph(
        np.full((count, NODE_DIMS), value, np.float32),
        np.repeat(value * mask[..., None], PAIR_DIMS, axis=2).astype(np.float32),
        mask,
        np.full((count, 3), value, np.float32),
    )


class Engine:
    """Answers with what it was given."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, int]] = []
        self.levels: list[list[float]] = []

    def score(
        self, nodes: Float32s, pairs: Float32s, mask: Bools, level: Float32s, evidence: Float32s
    ) -> tuple[Float32s, Float32s]:
        """The first pair feature as logit, the evidence as category."""
        self.shapes.append((nodes.shape[0], nodes.shape[1]))
        self.levels += level.tolist()
        assert (mask == pairs.any(axis=3)).all()
        return pairs[..., 0], evidence


def test_graphs_are_padded_to_buckets_and_come_back_in_order() -> None:
    engine = Engine()
    sizes = [3, 9, 4, 1, 8]
    graphs = [graph_of(size, float(row + 1)) for row, size in enumerate(sizes)]
    scores = GraphScorer(engine.score, (4, 8, 16), 10_000).score(graphs, 2)
    assert engine.shapes == [(3, 4), (1, 8), (1, 16)]
    assert engine.levels == [[0, 0, 1, 0]] * 5
    for row, (size, each) in enumerate(zip(sizes, scores, strict=True)):
        np.testing.assert_array_equal(each.pair_logits, (row + 1) * ~np.eye(size, dtype=np.bool_))
        np.testing.assert_array_equal(each.category_logits, np.full((size, 3), row + 1))


def test_a_batch_holds_no_more_pairs_than_allowed_but_always_a_graph() -> None:
    engine = Engine()
    GraphScorer(engine.score, (4, 8), 40).score([graph_of(4, 1.0)] * 5 + [graph_of(8, 1.0)] * 2, 0)
    assert engine.shapes == [(2, 4), (2, 4), (1, 4), (1, 8), (1, 8)]


def test_no_graph_is_no_call() -> None:
    engine = Engine()
    assert GraphScorer(engine.score, (4,), 40).score([], 0) == []
    assert engine.shapes == []


def test_part_of_a_graph_has_the_pairs_of_its_nodes() -> None:
    whole = graph_of(3, 0.0)
    whole.pairs[0, 2] = 5.0
    part = whole.select(np.array([0, 2]))
    assert len(part) == 2
    assert part.pairs[0, 1, 0] == 5.0
    assert part.pairs[1, 0, 0] == 0.0
