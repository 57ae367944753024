"""Building blocks that the networks share, written so that they export without scatter, loops or GridSample."""

import math

import torch
from torch import Tensor, nn


def conv_bn(inputs: int, outputs: int, stride: int = 1, kernel: int = 3) -> nn.Sequential:
    """Convolution, batch norm, ReLU; ONNX Runtime and TensorRT fold the norm into the convolution."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class BasicBlock(nn.Module):
    """Residual block of two 3×3 convolutions (He et al., 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = conv_bn(channels, channels)
        self.second = nn.Sequential(nn.Conv2d(channels, channels, 3, 1, 1, bias=False), nn.BatchNorm2d(channels))

    def forward(self, features: Tensor) -> Tensor:
        """[B, C, H, W] → [B, C, H, W]."""
        return torch.relu(features + self.second(self.first(features)))


class Mlp(nn.Sequential):
    """Two linear layers with a ReLU between them."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))


def sine_encoding(points: Tensor, frequencies: int, shortest: float) -> Tensor:
    """Sines and cosines of both coordinates at geometrically spaced wavelengths (Vaswani et al., 2017).

    Args:
        points: [..., 2], any unit.
        frequencies: Number of wavelengths, from ``shortest`` to 2.
        shortest: Shortest wavelength, in the unit of the points.

    Returns:
        [..., 4 · frequencies] in [-1, 1].
    """
    exponents = torch.linspace(0, 1, frequencies, device=points.device)
    omega = 2 * math.pi / (2.0 * (shortest / 2.0) ** exponents)
    phases = (points[..., None] * omega).flatten(-2)
    return torch.cat([phases.sin(), phases.cos()], dim=-1)


def sample_bilinear(features: Tensor, points: Tensor) -> Tensor:
    """Read a feature map at sub-pixel positions by four gathers; positions outside take the border's value.

    Not by ``GridSample``, which is wrong in several TensorRT versions (NVIDIA/TensorRT issues 4813, 4646).

    Args:
        features: [B, C, H, W].
        points: [B, K, 2] x and y in pixels of the map; the centre of the first pixel is 0.

    Returns:
        [B, K, C].
    """
    batch, channels, height, width = features.shape
    x = points[..., 0].clamp(0, width - 1)
    y = points[..., 1].clamp(0, height - 1)
    x0 = x.floor().clamp(max=width - 2)
    y0 = y.floor().clamp(max=height - 2)
    fx, fy = (x - x0).unsqueeze(-1), (y - y0).unsqueeze(-1)
    image = torch.arange(batch, device=points.device).unsqueeze(1) * (height * width)
    corner = (y0 * width + x0).long() + image
    rows = features.permute(0, 2, 3, 1).reshape(-1, channels)
    corners = torch.stack([corner, corner + 1, corner + width, corner + width + 1])
    top_left, top_right, bottom_left, bottom_right = rows.index_select(0, corners.flatten()).reshape(
        4, batch, points.shape[1], channels
    )
    top = top_left + (top_right - top_left) * fx
    bottom = bottom_left + (bottom_right - bottom_left) * fx
    mixed: Tensor = top + (bottom - top) * fy
    return mixed


class SelfAttention(nn.Module):
    """Multi-head attention among the rows of one set; ``position`` is added to queries and keys only (DETR, 2020)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query_key = nn.Linear(width, 2 * width)
        self.value = nn.Linear(width, width)
        self.output = nn.Linear(width, width)

    def forward(self, rows: Tensor, position: Tensor | None = None, bias: Tensor | None = None) -> Tensor:
        """[B, N, D] (+ position [B, N, D], additive attention bias [B, 1, 1 or N, N]) → [B, N, D]."""
        query, key = self.query_key(rows if position is None else rows + position).chunk(2, dim=-1)
        query, key, value = (split_heads(part, self.heads) for part in (query, key, self.value(rows)))
        mixed = attend(query, key, value, bias)
        result: Tensor = self.output(mixed)
        return result


def split_heads(rows: Tensor, heads: int) -> Tensor:
    """[B, N, D] → [B, heads, N, D / heads]."""
    batch, count, width = rows.shape
    return rows.reshape(batch, count, heads, width // heads).transpose(1, 2)


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor | None = None) -> Tensor:
    """Scaled dot-product attention, spelt out so that every exporter gives plain MatMul and Softmax.

    Args:
        query: [B, heads, N, d].
        key, value: [B, heads, M, d].
        bias: Added to the scores; broadcasts to [B, heads, N, M].

    Returns:
        [B, N, heads · d].
    """
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    if bias is not None:
        scores = scores + bias
    mixed: Tensor = (scores.softmax(-1) @ value).transpose(1, 2).flatten(2)
    return mixed
