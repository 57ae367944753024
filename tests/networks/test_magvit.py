"""The pixel extractor with a tokenizer of the published architecture, tiny and random."""

from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKLMagvit

from sideline.errors import TrainingError
from sideline.networks.magvit import load_magvit, steps_of_frames
from sideline.networks.persistence import PersistenceHead, TransformerSequence
from sideline.networks.sequence_parts import InputKind, SequenceNetwork

_FRAMES, _SIDE_PX = 25, 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as it is published: config.json and safetensors."""
    torch.manual_seed(0)
    tokenizer = AutoencoderKLMagvit(
        latent_channels=4, block_out_channels=[4, 4, 4, 4], layers_per_block=1, norm_num_groups=2
    )
    path = tmp_path_factory.mktemp("tokenizer")
    tokenizer.save_pretrained(path)
    return path


def _clip() -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (1, _FRAMES, _SIDE_PX, _SIDE_PX, 3), dtype=torch.uint8, generator=generator)


def test_a_published_folder_plugs_into_the_network_in_place_of_coordinates(folder: Path) -> None:
    network = SequenceNetwork(load_magvit(folder), TransformerSequence(), PersistenceHead())
    assert network.input_kind is InputKind.PIXELS
    mask = torch.ones(1, _FRAMES, dtype=torch.bool)
    mask[0, 3] = False
    with torch.no_grad():
        said = network.explain(_clip(), mask)
    assert said.logits.shape == (1, _FRAMES)
    assert float(said.features[0, 3].abs().max()) == 0
    assert torch.equal(said.features[0, 1], said.features[0, 4])  # one step of the latents holds frames 1 to 4
    assert not torch.equal(said.features[0, 4], said.features[0, 5])


def test_the_tokenizer_does_not_learn_and_the_rest_does(folder: Path) -> None:
    network = SequenceNetwork(load_magvit(folder), TransformerSequence(), PersistenceHead()).train()
    network(_clip(), torch.ones(1, _FRAMES, dtype=torch.bool)).sum().backward()
    assert {name.split(".")[1] for name, each in network.extractor.named_parameters("x") if each.grad is not None} == {
        "project"
    }
    assert not any(each.training for each in network.extractor.tokenizer.modules())


def test_frames_fall_into_steps_of_four_after_the_first() -> None:
    assert steps_of_frames(9) == [0, 1, 1, 1, 1, 2, 2, 2, 2]


@pytest.mark.parametrize("shape", [(1, 24, 16, 16, 3), (1, 25, 12, 16, 3)])
def test_clips_that_the_tokenizer_cannot_take_are_refused(folder: Path, shape: tuple[int, ...]) -> None:
    clip = torch.zeros(shape, dtype=torch.uint8)
    with pytest.raises(TrainingError, match=r"1 \+ 4k frames, sides of 8k px"):
        load_magvit(folder)(clip, torch.ones(shape[:2], dtype=torch.bool))


def test_a_folder_without_a_tokenizer_is_named(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(TrainingError, match=r"holds no config\.json"):
        load_magvit(tmp_path)
    (tmp_path / "config.json").write_text((folder / "config.json").read_text())
    with pytest.raises(TrainingError, match="holds no MAGVIT tokenizer"):
        load_magvit(tmp_path)
