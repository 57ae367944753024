"""What follows from a change of the collection in use; every command is one that the command line knows."""

from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from sideline.cascade.plan import PROMOTE, Places, Plan, plan_cascade
from sideline.cascade.recipes import read_recipes
from sideline.cli import app
from sideline.collection.graph import find_downstream
from sideline.collection.schema import COLLECTION_FILE, read_collection
from sideline.errors import CascadeError, CollectionError
from sideline.serving.installation import PROJECT_ROOT

COLLECTION = read_collection(PROJECT_ROOT / COLLECTION_FILE)
PLACES = Places(Path("work"), Path("data"), Path("model_repository"), Path("models.yaml"), Path("runs"))


def plan(changed: str, checkpoint: Path | None = None) -> Plan:
    return plan_cascade(COLLECTION, read_recipes(), changed, PLACES, checkpoint)


def place_of(found: Plan) -> dict[str, int]:
    return {name: place for place, stage in enumerate(found.stages) for name in stage}


def test_a_new_crop_encoder_asks_for_all_that_was_trained_with_it_in_order() -> None:
    found = plan("crop_encoder")
    assert found.retrained == ("crop_encoder", "graph_tracker", "jersey_classifier", "temporal_encoder")
    place = place_of(found)
    order = ["make crops", "train crop_encoder", "export crop_encoder", "make appearance_bank"]
    order += ["train temporal_encoder", "export temporal_encoder"]
    order += ["train graph_tracker", "export graph_tracker", PROMOTE]
    assert [place[name] for name in order] == sorted(place[name] for name in order)
    assert place["train jersey_classifier"] == place["train temporal_encoder"], "side by side"
    assert found.stages[-1] == (PROMOTE,)


def test_a_new_jersey_classifier_asks_for_itself_alone() -> None:
    found = plan("jersey_classifier")
    assert found.retrained == ("jersey_classifier",)
    bank = found.tasks["make appearance_bank"]
    assert "runs/crop_encoder/last.pt" in bank.command, "by the crop encoder in use"
    assert bank.inputs == (Path("runs/crop_encoder/last.pt"),)


def test_engines_that_imitate_the_changed_one_are_judged() -> None:
    assert plan("detr").judged == ("graph_tracker",)
    assert "train graph_tracker" not in plan("detr").tasks


def test_a_checkpoint_that_is_there_is_not_trained_and_its_data_are_not_made() -> None:
    found = plan("crop_encoder", Path("new.pt"))
    assert "train crop_encoder" not in found.tasks
    assert "make crops" not in found.tasks
    assert found.tasks["export crop_encoder"].command[:4] == ("export", "crop_encoder", "--checkpoint", "new.pt")
    assert "new.pt" in found.tasks["make appearance_bank"].command


@pytest.mark.parametrize("changed", COLLECTION.models)
def test_every_engine_of_the_collection_has_a_plan_that_trains_exports_and_promotes(changed: str) -> None:
    found = plan(changed)
    assert set(found.retrained) == {changed, *find_downstream(COLLECTION, [changed])}
    for name in found.retrained:
        assert {f"train {name}", f"export {name}"} <= set(found.tasks)
    assert all(before in found.tasks for task in found.tasks.values() for before in task.after)
    assert set(found.tasks[PROMOTE].after) >= {f"export {name}" for name in found.retrained}


@pytest.mark.parametrize("changed", COLLECTION.models)
def test_every_command_is_one_that_the_command_line_takes(changed: str) -> None:
    for task in plan(changed).tasks.values():
        command, words = typer.main.get_command(app), list(task.command)
        while isinstance(command, TyperGroup):
            command = command.commands[words.pop(0)]
        command.make_context(task.name, words)


def test_a_fingerprint_follows_from_commands_inputs_and_what_comes_before() -> None:
    found, hashes = plan("jersey_classifier"), {"runs/crop_encoder/last.pt": "one"}

    def fingerprint(name: str) -> str:
        return found.fingerprint(name, lambda path: hashes.get(str(path), ""))

    data, training = fingerprint("make crops_bank"), fingerprint("train jersey_classifier")
    hashes["runs/crop_encoder/last.pt"] = "another"
    assert fingerprint("make crops_bank") == data
    assert fingerprint("train jersey_classifier") != training


def test_an_unknown_engine_and_one_without_a_recipe_are_named() -> None:
    with pytest.raises(CollectionError, match="no engine 'yolo'"):
        plan("yolo")
    recipes = read_recipes()
    engines = {name: recipe for name, recipe in recipes.engines.items() if name != "temporal_encoder"}
    with pytest.raises(CascadeError, match="no recipe for temporal_encoder"):
        plan_cascade(COLLECTION, recipes.model_copy(update={"engines": engines}), "crop_encoder", PLACES)


def test_recipes_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    path = tmp_path / "recipes.toml"
    with pytest.raises(CascadeError, match="cannot be read"):
        read_recipes(path)
    path.write_text("[base.crops]\nfolder = 3\ncommand = []\n")
    with pytest.raises(CascadeError, match=r"`base\.crops\.folder`"):
        read_recipes(path)
