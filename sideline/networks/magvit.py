"""Features of video clips by a published MAGVIT tokenizer: pixels in place of coordinates, behind the same interface.

The tokenizer is the MAGVIT-v2-like video autoencoder of EasyAnimate V5 (Apache-2.0, e.g.
alibaba-pai/EasyAnimateV5-7b-zh, subfolder vae), read by diffusers. It is not trained here; a linear layer on its
latents is. It packs 1 + 4k frames into 1 + k steps of time, so 25 frames fit.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn

from sideline.errors import TrainingError
from sideline.networks.persistence import WIDTH
from sideline.networks.sequence_parts import FeatureExtractor, InputKind

if TYPE_CHECKING:
    from diffusers import AutoencoderKLMagvit

_PACKED: Final = 4
"""Frames that one step of the latents holds, but for the first."""


class MagvitFeatures(FeatureExtractor):
    """Latents of a video tokenizer, averaged over the picture, one row a frame.

    Args:
        tokenizer: As `load_magvit` gives it; its weights stay as they are.
    """

    input_kind = InputKind.PIXELS
    output_dims = WIDTH

    def __init__(self, tokenizer: "AutoencoderKLMagvit") -> None:
        super().__init__()
        self.tokenizer = tokenizer
        self.tokenizer.requires_grad_(False).eval()
        self.project = nn.Linear(2 * tokenizer.config.latent_channels, WIDTH)

    def train(self, mode: bool = True) -> "MagvitFeatures":
        """The tokenizer stays in evaluation mode."""
        super().train(mode)
        self.tokenizer.eval()
        return self

    def forward(self, inputs: Tensor, mask: Tensor) -> Tensor:
        """Clips [B, T, H, W, 3] uint8, T = 1 + 4k, sides multiples of 8; mask [B, T] → [B, T, 64].

        Raises:
            TrainingError: the clip's length or sides do not fit the tokenizer.
        """
        frames, height, width = inputs.shape[1:4]
        if frames % _PACKED != 1 or height % 8 or width % 8:
            raise TrainingError(f"the tokenizer takes 1 + 4k frames, sides of 8k px; not {frames} of {height}×{width}")
        pixels = inputs.permute(0, 4, 1, 2, 3).to(self.project.weight.dtype) / 127.5 - 1.0
        with torch.no_grad():
            latents = self.tokenizer.encode(pixels).latent_dist.mode()
        rows = torch.cat([latents.mean(dim=(3, 4)), latents.std(dim=(3, 4))], dim=1).transpose(1, 2)
        features: Tensor = self.project(rows)[:, steps_of_frames(frames)] * mask.unsqueeze(-1)
        return features


def steps_of_frames(frames: int) -> list[int]:
    """The latents' step that holds each of 1 + 4k frames: 0, then four times 1, four times 2, …"""
    return [0, *(1 + frame // _PACKED for frame in range(frames - 1))]


def load_magvit(folder: Path) -> MagvitFeatures:
    """Read a tokenizer's folder: config.json and diffusion_pytorch_model.safetensors, as published.

    Raises:
        TrainingError: diffusers is not installed, or the folder holds no such tokenizer.
    """
    try:
        from diffusers import AutoencoderKLMagvit
    except ImportError as exc:
        raise TrainingError(f"the tokenizer needs diffusers ({exc}); run: pip install 'sideline[video]'") from exc
    if not (folder / "config.json").is_file():
        raise TrainingError(f"{folder} holds no config.json; download the tokenizer's folder (its vae) and name it")
    try:
        tokenizer = AutoencoderKLMagvit.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, RuntimeError, TypeError) as exc:
        raise TrainingError(f"{folder} holds no MAGVIT tokenizer that diffusers can read: {exc}") from exc
    return MagvitFeatures(tokenizer)
