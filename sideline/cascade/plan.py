"""From a collection and recipes to tasks: what must be made, trained, measured and promoted when an engine changes.

Pure: knows neither files that exist nor processes. An edge says that a task has to wait for another one.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Final

from sideline.cascade.recipes import EngineRecipe, Recipes
from sideline.collection.graph import find_downstream, find_to_judge
from sideline.collection.schema import Collection
from sideline.errors import CascadeError

PROMOTE: Final = "promote"
_PLACEHOLDER: Final = re.compile(r"\{(\w+)(?::(\w+))?\}")


@dataclass(frozen=True, slots=True)
class Places:
    """Folders of a cascade.

    Attributes:
        work: Its own: checkpoints, candidates, data that engines make, logs and what is done.
        data: Data that no engine makes.
        repository: The model repository in use.
        collection: Its models.yaml.
        runs: Checkpoints of the engines in use: RUNS/ENGINE/last.pt.
    """

    work: Path
    data: Path
    repository: Path
    collection: Path
    runs: Path

    @property
    def candidates(self) -> Path:
        """Where the new engines wait for their promotion."""
        return self.work / "candidates"


@dataclass(frozen=True, slots=True)
class Task:
    """One command.

    Attributes:
        name: E.g. "train graph_tracker".
        command: Arguments of `sideline`.
        after: Names of the tasks that have to be done first.
        shared: Folder that the task fills for all cascades; where it is there already, the task is done.
        output: Folder in the cascade's own that the task fills.
        inputs: Files of engines in use; when one changes, the task is done anew.
    """

    name: str
    command: tuple[str, ...]
    after: tuple[str, ...] = ()
    shared: Path | None = None
    output: Path | None = None
    inputs: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a changed engine asks for.

    Attributes:
        changed: The engine.
        retrained: It and all that has to be trained anew, by name.
        judged: Engines that stay, but imitate one that changes: promotion judges them.
        tasks: By name, each after those it waits for.
    """

    changed: str
    retrained: tuple[str, ...]
    judged: tuple[str, ...]
    tasks: dict[str, Task]

    @property
    def stages(self) -> tuple[tuple[str, ...], ...]:
        """Names of tasks; those of one stage can run side by side."""
        sorter = TopologicalSorter({task.name: task.after for task in self.tasks.values()})
        sorter.prepare()
        stages = []
        while sorter.is_active():
            ready = tuple(sorted(sorter.get_ready()))
            stages.append(ready)
            sorter.done(*ready)
        return tuple(stages)

    def fingerprint(self, name: str, hash_file: Callable[[Path], str]) -> str:
        """Changes when a task's command or one of its inputs does, or those of any task before it."""
        task = self.tasks[name]
        before = [self.fingerprint(each, hash_file) for each in sorted(task.after)]
        parts = [list(task.command), [hash_file(path) for path in task.inputs], before]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def plan_cascade(
    collection: Collection, recipes: Recipes, changed: str, places: Places, checkpoint: Path | None = None
) -> Plan:
    """Plan what follows from a new engine.

    Args:
        collection: The engines in use.
        recipes: How things are made.
        changed: The engine that changes.
        places: Folders.
        checkpoint: The new engine's checkpoint, if it was trained already.

    Raises:
        CollectionError: there is no such engine.
        CascadeError: an engine has no recipe, or a recipe names something unknown.
    """
    retrained = (changed, *sorted(find_downstream(collection, [changed])))
    unknown = [name for name in retrained if name not in recipes.engines]
    if unknown:
        raise CascadeError(f"there is no recipe for {', '.join(unknown)}: add it to sideline/cascade/recipes.toml")
    tasks = {task.name: task for task in _Planner(recipes, retrained, places, changed, checkpoint).plan()}
    return Plan(changed, retrained, tuple(sorted(find_to_judge(collection, [changed]))), tasks)


@dataclass(frozen=True, slots=True)
class _Planner:
    recipes: Recipes
    retrained: tuple[str, ...]
    places: Places
    changed: str
    checkpoint: Path | None

    def plan(self) -> Iterator[Task]:
        """All tasks."""
        for name in self.retrained:
            yield from self._plan_engine(name, self.recipes.engines[name])
        yield from self._plan_data()
        places = self.places
        options = {"--collection": places.collection, "--repository": places.repository, "--runs": self._checkpoints}
        words = [str(word) for option in options.items() for word in option]
        waits = (*map(_export, self.retrained), *(_validate(name) for name in self.retrained if self._measures(name)))
        yield Task(PROMOTE, ("models", "promote", str(places.candidates), *words), waits)

    @property
    def _checkpoints(self) -> Path:
        return self.places.work / "checkpoints"

    def _plan_engine(self, name: str, recipe: EngineRecipe) -> Iterator[Task]:
        if not self._is_given(name):
            waits = (*map(_data, recipe.needs), *(_export(used) for used in recipe.uses if used in self.retrained))
            output = self._checkpoints / name
            yield Task(_train(name), self._fill(recipe.train), waits, None, output, self._inputs(recipe.train))
        trained = () if self._is_given(name) else (_train(name),)
        export = ("export", name, "--checkpoint", f"{{checkpoint:{name}}}", "--repository", str(self.places.candidates))
        output = self.places.candidates / name
        yield Task(_export(name), self._fill(export), trained, None, output, self._inputs(export))
        if self._measures(name):
            used = tuple(_export(each) for each in recipe.uses if each in self.retrained)
            waits = (*trained, *used, *map(_data, recipe.validate_needs))
            words = recipe.validation
            yield Task(_validate(name), self._fill(words), waits, inputs=self._inputs(words))

    def _plan_data(self) -> Iterator[Task]:
        """What the engines need, and what that is made from."""
        engines = [self.recipes.engines[name] for name in self.retrained]
        needs = [need for recipe in engines for need in recipe.validate_needs]
        needs += [need for name in self.retrained if not self._is_given(name) for need in self._recipe(name).needs]
        seen: set[str] = set()
        while needs:
            name = needs.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in self.recipes.base:
                base = self.recipes.base[name]
                yield Task(_data(name), self._fill(base.command), shared=self.places.data / base.folder)
                continue
            if name not in self.recipes.made:
                raise CascadeError(f"no recipe makes the data {name!r}: add it to sideline/cascade/recipes.toml")
            made = self.recipes.made[name]
            needs += made.needs
            makers = tuple(_export(engine) for engine in made.by if engine in self.retrained)
            waits = (*map(_data, made.needs), *makers)
            output = self.places.work / name
            yield Task(_data(name), self._fill(made.command), waits, None, output, self._inputs(made.command))

    def _recipe(self, name: str) -> EngineRecipe:
        return self.recipes.engines[name]

    def _measures(self, name: str) -> bool:
        return bool(self._recipe(name).validation)

    def _is_given(self, name: str) -> bool:
        return name == self.changed and self.checkpoint is not None

    def _fill(self, command: tuple[str, ...]) -> tuple[str, ...]:
        replace: Callable[[re.Match[str]], str] = lambda found: self._resolve(found[1], found[2])  # noqa: E731
        return tuple(_PLACEHOLDER.sub(replace, word) for word in command)

    def _inputs(self, command: tuple[str, ...]) -> tuple[Path, ...]:
        """Files that a command takes from outside of the cascade."""
        found = (match for word in command for match in _PLACEHOLDER.finditer(word) if match[2] is not None)
        outside = [match for match in found if match[2] not in self.retrained or self._is_given(match[2])]
        return tuple(Path(self._resolve(match[1], match[2])) for match in outside)

    def _resolve(self, kind: str, engine: str | None) -> str:
        if kind in ("work", "data") and engine is None:
            return str(self.places.work if kind == "work" else self.places.data)
        if kind not in ("checkpoint", "engine") or engine is None:
            raise CascadeError(f"a recipe has the placeholder {kind!r}, which is unknown")
        if kind == "engine":
            folder = self.places.candidates if engine in self.retrained else self.places.repository
            return str(folder / engine / "1" / "model.onnx")
        if self._is_given(engine):
            return str(self.checkpoint)
        return str((self._checkpoints if engine in self.retrained else self.places.runs) / engine / "last.pt")


def _train(name: str) -> str:
    return f"train {name}"


def _export(name: str) -> str:
    return f"export {name}"


def _validate(name: str) -> str:
    return f"validate {name}"


def _data(name: str) -> str:
    return f"make {name}"
