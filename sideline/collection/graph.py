"""What depends on what: the order of training, and what follows when an engine changes.

Pure functions of a collection; knows neither files nor hashes. Two kinds of edges: an engine *trained with* another has
to be trained anew after it, one that only *imitates* it has to be judged again.
"""

from collections.abc import Collection as Names
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from sideline.collection.schema import Collection, ModelRecord
from sideline.errors import CollectionError


@dataclass(frozen=True, slots=True)
class Edge:
    """One engine that depends on another.

    Attributes:
        upstream: The engine that answers.
        model: The engine that was trained on its answers.
        via: The data between the two, made anew before the model is trained anew; None where there are none.
        imitated: Whether drawn data stood in for the upstream engine.
    """

    upstream: str
    model: str
    via: str | None
    imitated: bool = False


def list_edges(collection: Collection) -> tuple[Edge, ...]:
    """Every edge, by model."""
    return tuple(edge for name in collection.models for edge in edges_into(collection, name))


def edges_into(collection: Collection, name: str) -> Iterator[Edge]:
    """The edges that end in the engine NAME."""
    record = _record(collection, name)
    yield from (Edge(upstream, name, entry.via) for upstream, entry in record.trained_with.items())
    yield from (Edge(upstream, name, via, imitated=True) for upstream, via in record.imitates.items())


def order_stages(collection: Collection, names: Names[str] | None = None) -> tuple[tuple[str, ...], ...]:
    """Engines in the order of training; those of one stage can be trained side by side.

    Args:
        collection: The engines.
        names: Only these; all by default.

    Raises:
        CollectionError: Engines depend on each other in a circle, or there is no engine of a name.
    """
    wanted = set(collection.models if names is None else names)
    sorter = TopologicalSorter({name: _trained_with(collection, name) & wanted for name in sorted(wanted)})
    try:
        sorter.prepare()
    except CycleError as exc:
        raise CollectionError(
            f"engines were trained with each other in a circle: {' → '.join(exc.args[1])}; correct trained_with"
        ) from exc
    stages = []
    while sorter.is_active():
        ready = sorter.get_ready()
        stages.append(tuple(sorted(ready)))
        sorter.done(*ready)
    return tuple(stages)


def find_downstream(collection: Collection, changed: Names[str]) -> frozenset[str]:
    """Engines that have to be trained anew when those of `changed` have changed; the latter are not among them.

    Raises:
        CollectionError: There is no engine of a name, or a circle.
    """
    for name in changed:
        _record(collection, name)
    affected = set(changed)
    for stage in order_stages(collection):
        affected |= {name for name in stage if _trained_with(collection, name) & affected}
    return frozenset(affected - set(changed))


def retraining_stages(collection: Collection, changed: Names[str]) -> tuple[tuple[str, ...], ...]:
    """What has to be trained anew when those of `changed` have changed: stage by stage, side by side within a stage."""
    return order_stages(collection, find_downstream(collection, changed))


def find_to_judge(collection: Collection, changed: Names[str]) -> frozenset[str]:
    """Engines that need no training, but whose figures may fall: those that imitate one that changes."""
    affected = find_downstream(collection, changed) | set(changed)
    return frozenset(edge.model for edge in list_edges(collection) if edge.imitated and edge.upstream in affected) - (
        affected
    )


def _trained_with(collection: Collection, name: str) -> set[str]:
    return set(_record(collection, name).trained_with) & set(collection.models)


def _record(collection: Collection, name: str) -> ModelRecord:
    if name not in collection.models:
        raise CollectionError(f"the collection has no engine {name!r}; it has {', '.join(collection.models)}")
    return collection.models[name]
