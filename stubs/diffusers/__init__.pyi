from pathlib import Path
from typing import Any

from torch import Tensor, nn

class _Distribution:
    def mode(self) -> Tensor: ...

class _Encoded:
    latent_dist: _Distribution

class _Config:
    latent_channels: int

class AutoencoderKLMagvit(nn.Module):
    config: _Config
    def __init__(self, **settings: Any) -> None: ...
    @classmethod
    def from_pretrained(cls, folder: Path, *, local_files_only: bool) -> AutoencoderKLMagvit: ...
    def save_pretrained(self, folder: Path) -> None: ...
    def encode(self, pixels: Tensor) -> _Encoded: ...
