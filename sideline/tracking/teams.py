"""Which team somebody plays for, told by the clothes: home and away by the match sheet, else teams A and B.

Learns the two kits as this arena's light shows them and matches them to the sheet, so that neither light which shifts
both nor one colour that is taken for another does harm. Knows one stream; neither tracks nor how clothes are measured.
"""

from typing import Final

import numpy as np

from sideline.arrays import Float32s, Float64s, Floats
from sideline.crops.kit import PLAYER, REFEREE, split_team
from sideline.match_sheet import MatchSheet
from sideline.tensors import Category
from sideline.tracking.kit_clusters import KIT_DIMS, KitPair, fit_kit_pair, settle

_MEMORY: Final = 512
"""Crops remembered; a sample of all that were seen."""
_RECENT: Final = 50 * _MEMORY
"""Crops after which the memory has gone half the way to a new light."""
_FIRST_FIT: Final = 32
_LONGEST_WAIT: Final = 1000
"""Crops between two fits, at most."""
_GAIN_TO_TURN: Final = 0.05
"""Nats a crop by which kits found afresh must explain more than those known, to take their place."""
_ONE_KIT_GAP: Final = 1.3
_TWO_KITS_GAP: Final = 2.3
_SHEET_SPREAD: Final = 0.2
"""How far a kit is seen from where the sheet puts it, CIELAB / 100 in each of six numbers, before both were seen."""
_LIGHT_SPREAD: Final = 0.2
_MISREAD_SPREAD: Final = 0.1
"""Of that, what both kits have in common, and what each shirt and each pair of shorts has of its own."""
_FLOOR: Final = float(np.log(1e-3))


class TeamNaming:
    """The teams of one stream; its state does not grow."""

    def __init__(self, sheet: MatchSheet | None) -> None:
        self._sheet = None if sheet is None else _kits_of(sheet)
        self._memory = _Memory()
        self._kits: KitPair | None = None
        self._next_fit = _FIRST_FIT

    @property
    def is_named(self) -> bool:
        """Whether HOME and AWAY are those of a match sheet; otherwise they are teams A and B."""
        return self._sheet is not None

    def observe(self, team: Floats) -> None:
        """Take the crops of one frame.

        Args:
            team: [N, 8], see ``sideline.crops.kit``; rows that are not finite are left out, N may be 0.
        """
        team = np.asarray(team, np.float64)
        for row in team[np.isfinite(team).all(axis=1)]:
            self._memory.add(row)
        if self._memory.seen >= self._next_fit:
            self._fit()
            self._next_fit = self._memory.seen + min(max(_FIRST_FIT, self._memory.seen // 2), _LONGEST_WAIT)

    def evidence(self, team: Floats) -> Float32s:
        """How well clothes fit each category.

        Args:
            team: [..., 8], of a crop or the mean of a tracklet's crops.

        Returns:
            [..., 3] log-likelihood of each Category: exponentials sum to 1, none below about 0.001. Even where nothing
            is known: clothes that are not finite, kits not seen yet, kits that are alike.
        """
        team = np.asarray(team, np.float64)
        known = np.isfinite(team).all(axis=-1, keepdims=True)
        safe = np.where(known, team, 0.0)
        category = _log_normalise(split_team(safe).category)
        scores = np.empty((*team.shape[:-1], len(Category)))
        scores[..., : Category.REFEREE] = _log_normalise(self._log_densities(_colours_of(safe)))
        scores[..., : Category.REFEREE] += np.log(2.0) + category[..., [PLAYER]]
        scores[..., Category.REFEREE] = category[..., REFEREE]
        return _log_normalise(np.maximum(_log_normalise(np.where(known, scores, 0.0)), _FLOOR)).astype(np.float32)

    def _log_densities(self, colours: Float64s) -> Float64s:
        """[..., 2] log-density of colours under HOME and AWAY, mixed by how sure it is which kit is whose."""
        clear = 0.0 if self._kits is None else _clearness(self._kits)
        if self._sheet is not None and clear < 0.5:
            return self._sheet.log_densities(colours)
        if self._kits is None:
            return np.zeros((*colours.shape[:-1], 2))
        right = 0.5 + 0.5 * clear * (1.0 if self._sheet is None else _naming(self._kits, self._sheet))
        return _mix(self._kits.log_densities(colours), right)

    def _fit(self) -> None:
        colours, weights = _colours_of(self._memory.rows), _player_weights(self._memory.rows)
        fresh = fit_kit_pair(colours, weights)
        if self._kits is None:
            lighter_first = fresh.centres[0, 0] >= fresh.centres[1, 0]
            self._kits = fresh if lighter_first else fresh.swap()
            return
        known = settle(self._kits, colours, weights)
        better = fresh.score(colours, weights) > known.score(colours, weights) + _GAIN_TO_TURN
        self._kits = _in_order_of(self._kits, fresh) if better else known


class _Memory:
    """A sample of the crops seen: all alike likely at first, later the recent ones likelier."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(0)
        self._rows = np.empty((_MEMORY, 8))
        self.seen = 0

    @property
    def rows(self) -> Float64s:
        """[K, 8] crops, K <= _MEMORY."""
        return self._rows[: self.seen]

    def add(self, row: Float64s) -> None:
        """Remember a crop, in place of another when there is no room."""
        slot = self.seen if self.seen < _MEMORY else int(self._rng.integers(min(self.seen + 1, _RECENT)))
        if slot < _MEMORY:
            self._rows[slot] = row
        self.seen += 1


def _kits_of(sheet: MatchSheet) -> KitPair:
    centres = np.stack([sheet.home.kit.lab, sheet.away.kit.lab]).astype(np.float64)
    return KitPair(centres, np.full(KIT_DIMS, _SHEET_SPREAD))


def _colours_of(team: Float64s) -> Float64s:
    parts = split_team(team)
    return np.concatenate([parts.shirt_lab, parts.shorts_lab], axis=-1).astype(np.float64)


def _player_weights(team: Float64s) -> Float64s:
    """[N] probability that it is a player, a little more than 0 so that the weights never vanish."""
    return np.exp(_log_normalise(split_team(team).category))[:, PLAYER] + 1e-6


def _clearness(kits: KitPair) -> float:
    """0 for one cloud of colours, 1 for two kits."""
    return float(np.clip((kits.gap - _ONE_KIT_GAP) / (_TWO_KITS_GAP - _ONE_KIT_GAP), 0.0, 1.0))


def _naming(kits: KitPair, sheet: KitPair) -> float:
    """In [-1, 1]: 1 when the first kit is surely the sheet's first, -1 when it is surely its second."""
    straight, crossed = (_explain(kits.centres - written) for written in (sheet.centres, sheet.centres[::-1]))
    return float(np.tanh(0.5 * (straight - crossed)))


def _explain(offsets: Float64s) -> float:
    """Log-likelihood, up to a constant, of two kits that are seen so far (2,6) from where the sheet puts them.

    Light shifts both kits alike, normally distributed; what is left of each shirt and each pair of shorts has Student's
    t-distribution of one degree: mostly small, but an encoder that takes a colour for another one is far off, and what
    fits exactly counts more. Of all shifts a few are tried that explain something.
    """
    shifts = np.stack([np.zeros(KIT_DIMS), *offsets, offsets.mean(axis=0)])
    left = (offsets - shifts[:, None]).reshape(len(shifts), 4, KIT_DIMS // 2)
    misread = 2.0 * np.log1p((left**2).sum(axis=-1) / _MISREAD_SPREAD**2).sum(axis=-1)
    return float(np.max(-0.5 * (shifts**2).sum(axis=-1) / _LIGHT_SPREAD**2 - misread))


def _mix(densities: Float64s, right: float) -> Float64s:
    """Densities under HOME and AWAY if the first kit is HOME's with probability `right`."""
    straight, crossed = np.log(np.maximum([right, 1.0 - right], 1e-9))
    return np.asarray(np.logaddexp(densities + straight, densities[..., ::-1] + crossed), np.float64)


def _in_order_of(known: KitPair, fresh: KitPair) -> KitPair:
    straight = np.linalg.norm(known.centres - fresh.centres)
    crossed = np.linalg.norm(known.centres - fresh.centres[::-1])
    return fresh if straight <= crossed else fresh.swap()


def _log_normalise(scores: Floats) -> Float64s:
    return np.asarray(scores - np.logaddexp.reduce(scores, axis=-1, keepdims=True), np.float64)
