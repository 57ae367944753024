"""What the TOML files may say, and what they are told when they say something else."""

from pathlib import Path

import pytest

from ensemble_configs.schema import (
    ENSEMBLES,
    PROFILES,
    Models,
    Profile,
    read_config,
    read_ensemble,
    read_models,
    read_profile,
)
from sideline.errors import ConfigError

ENGINES = '[engines]\nbackend = "onnxruntime"\nmodel_file = "m"\ninstance_kind = "KIND_CPU"\n'
DELAY = "max_queue_delay_microseconds = 0\n"


def test_every_committed_file_is_read() -> None:
    assert [read_profile(name).name for name in PROFILES] == list(PROFILES)
    assert [read_ensemble(name).name for name in ENSEMBLES] == list(ENSEMBLES)
    assert read_models().models["crop_encoder"].kind == "engine"


def test_a_model_without_deployment_gets_one_instance(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(f'name = "p"\n{ENGINES}{DELAY}[models.detr]\n')
    assert read_config(Profile, path).models["detr"].instances == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "not valid TOML"),
        (f'name = "p"\n{ENGINES}', "engines.max_queue_delay_microseconds"),
        (f'name = "p"\n{ENGINES}{DELAY}colour = 1\n', "engines.colour"),
        (f'name = "p"\n{ENGINES}max_queue_delay_microseconds = -1\n', "greater than or equal to 0"),
        (f'name = "p"\n{ENGINES.replace("KIND_CPU", "CPU")}{DELAY}', "engines.instance_kind"),
        (f'name = "p"\n{ENGINES}{DELAY}[models.detr]\ninstances = 0\n', "models.detr.instances"),
    ],
)
def test_a_faulty_profile_is_refused_with_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "p.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_config(Profile, path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)


def test_a_model_of_unknown_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "models.toml"
    path.write_text('[models.x]\nkind = "magic"\ninputs = []\noutputs = []\n')
    with pytest.raises(ConfigError, match=r"models\.x"):
        read_config(Models, path)


def test_an_unknown_profile_names_the_ones_that_exist() -> None:
    with pytest.raises(ConfigError, match="choose one of cpu, int8, gpu, tensorrt"):
        read_profile("tpu")


def test_a_missing_ensemble_names_the_files_that_are_there() -> None:
    with pytest.raises(ConfigError, match=r"path_b\.toml"):
        read_ensemble("path_z")


def test_a_model_like_another_says_only_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "models.toml"
    base = '[models.x]\nkind = "python"\ninputs = ["status"]\noutputs = ["message"]\ncalls = ["detr"]\n'
    path.write_text(base + '[models.y]\nlike = "x"\ncalls = []\n')
    models = read_config(Models, path).models
    assert models["y"] == models["x"].model_copy(update={"calls": ()})


@pytest.mark.parametrize("base", ["nobody", "y", "z"])
def test_a_model_is_not_like_one_that_says_nothing_of_its_own(tmp_path: Path, base: str) -> None:
    path = tmp_path / "models.toml"
    path.write_text(f'[models.y]\nlike = "{base}"\n[models.z]\nlike = "y"\n')
    with pytest.raises(ConfigError, match=rf"`like` names '{base}', which is no model with a `kind`"):
        read_config(Models, path)


def test_a_profile_like_another_says_only_what_differs_model_by_model(tmp_path: Path) -> None:
    deployed = "[models.detr]\ninstances = 2\n[models.id_decoder]\ninstances = 3\n"
    (tmp_path / "cpu.toml").write_text(f'name = "cpu"\n{ENGINES}{DELAY}{deployed}')
    (tmp_path / "int8.toml").write_text('like = "cpu"\nname = "int8"\n[models.detr]\nmodel_file = "bytes"\n')
    cpu, int8 = (read_profile(name, tmp_path) for name in ("cpu", "int8"))
    assert (int8.name, int8.engines, int8.models["id_decoder"]) == ("int8", cpu.engines, cpu.models["id_decoder"])
    assert int8.models["detr"] == cpu.models["detr"].model_copy(update={"model_file": "bytes"})
    assert [int8.file_of(name) for name in ("detr", "id_decoder", "crop_encoder")] == ["bytes", "m", "m"]


def test_a_profile_like_one_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "int8.toml").write_text('like = "cpu"\nname = "int8"\n')
    with pytest.raises(ConfigError, match=r"cpu\.toml does not exist; there are: int8\.toml"):
        read_profile("int8", tmp_path)
