"""MOTIP's ID decoder (Gao, Qi, Wang: Multiple Object Tracking as ID Prediction, CVPR 2025), small and of fixed shape.

Every detection of the present frame asks the trajectories of the last 39 frames whose it is. A token is the adapted
detection embedding beside the embedding of an identity word; detections of the present carry the word "newborn", and
the answer is read off the identity half. Time is ordered by age, so its biases are constants of the exported graph;
each column's word is gathered by its slot, so that a question has only the columns that somebody is in.
"""

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sideline.networks.layers import Mlp, SelfAttention, attend, split_heads
from sideline.tensors import EMBEDDING_DIMS, IDENTITY_SLOTS, MEMORY_FRAMES, NEWBORN

FEATURE_DIMS: Final = 128
WORD_DIMS: Final = 128
WIDTH: Final = FEATURE_DIMS + WORD_DIMS
HEADS: Final = 8
LAYERS: Final = 3
_MASKED: Final = -1e4
"""Added to masked scores; fits float16."""


class IdDecoder(nn.Module):
    """Trajectories and detections → identity logits.

    ``slots`` names the identity word of each trajectory column, so that few people need few columns.
    """

    def __init__(self) -> None:
        super().__init__()
        self.adapter = nn.Linear(EMBEDDING_DIMS, FEATURE_DIMS)
        self.history = Mlp(FEATURE_DIMS, FEATURE_DIMS, FEATURE_DIMS)
        self.words = nn.Parameter(torch.randn(IDENTITY_SLOTS + 1, WORD_DIMS))
        self.layers = nn.ModuleList(_Layer(attends_itself=index > 0) for index in range(LAYERS))
        self.head = nn.Linear(WORD_DIMS, IDENTITY_SLOTS + 1, bias=False)

    def forward(
        self,
        trajectory_features: Tensor,
        trajectory_mask: Tensor,
        current_features: Tensor,
        current_mask: Tensor,
        slots: Tensor | None = None,
    ) -> Tensor:
        """Score identities.

        Args:
            trajectory_features: [B, 39, S, 256], axis 1 by age: row 0 is the frame before; S = 50 unless ``slots``.
            trajectory_mask: [B, 39, S] bool, true where there was a detection.
            current_features: [B, N, 256].
            current_mask: [B, N] bool, true where there is a detection.
            slots: [B, S] identity word of each column; None when column k is word k.

        Returns:
            [B, N, 51] logits: word 0–49, or 50 for newborn.
        """
        words = self.words[:IDENTITY_SLOTS].unsqueeze(0) if slots is None else self.words[slots]
        past = self.adapter(trajectory_features)
        past = past + self.history(past)
        present = self.adapter(current_features)
        newborn = self.words[NEWBORN].expand(*present.shape[:2], WORD_DIMS)
        rows = torch.cat([present, newborn], dim=-1)
        unseen = (1.0 - trajectory_mask.to(past.dtype)) * _MASKED
        absent = ((1.0 - current_mask.to(past.dtype)) * _MASKED)[:, None, None, :]
        for layer in self.layers:
            rows = layer(rows, past, words, unseen, absent)
        logits: Tensor = self.head(rows[..., FEATURE_DIMS:])
        return logits


class _Layer(nn.Module):
    def __init__(self, *, attends_itself: bool) -> None:
        super().__init__()
        self.itself = SelfAttention(WIDTH, HEADS) if attends_itself else None
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key_of_feature = nn.Linear(FEATURE_DIMS, WIDTH)
        self.key_of_word = nn.Linear(WORD_DIMS, WIDTH, bias=False)
        self.value_of_feature = nn.Linear(FEATURE_DIMS, WIDTH)
        self.value_of_word = nn.Linear(WORD_DIMS, WIDTH, bias=False)
        self.age_bias = nn.Parameter(torch.zeros(HEADS, MEMORY_FRAMES))
        self.output = nn.Linear(WIDTH, WIDTH)
        self.feed_forward = Mlp(WIDTH, 2 * WIDTH, WIDTH)
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3))

    def forward(self, rows: Tensor, past: Tensor, words: Tensor, unseen: Tensor, absent: Tensor) -> Tensor:
        if self.itself is not None:
            rows = self.norms[0](rows + self.itself(rows, bias=absent))
        rows = self.norms[1](rows + self.output(self._look_back(rows, past, words, unseen)))
        result: Tensor = self.norms[2](rows + self.feed_forward(rows))
        return result

    def _look_back(self, rows: Tensor, past: Tensor, words: Tensor, unseen: Tensor) -> Tensor:
        """Cross-attention to all tokens of the past and to one key of zeros, so that an empty past gives zeros."""
        key = self.key_of_feature(past) + self.key_of_word(words).unsqueeze(1)
        value = self.value_of_feature(past) + self.value_of_word(words).unsqueeze(1)
        bias = self.age_bias[None, :, :, None] + unseen[:, None]
        return attend(
            split_heads(self.query(rows), HEADS),
            split_heads(_with_zero(key.flatten(1, 2)), HEADS),
            split_heads(_with_zero(value.flatten(1, 2)), HEADS),
            bias=F.pad(bias.flatten(2), (0, 1)).unsqueeze(2),
        )


def _with_zero(rows: Tensor) -> Tensor:
    """[B, M, D] → [B, M + 1, D] with a last row of zeros (``add_zero_attn`` of torch's MultiheadAttention)."""
    return F.pad(rows, (0, 0, 0, 1))
