"""Tracklets as they come over the wire: arrays in which no rows mean that nothing is known."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sideline.arrays import Floats, Int64s
from sideline.identity.tracklets import Tracklets


@dataclass(frozen=True, slots=True, eq=False)
class WireTracklets:
    """Fields are named as the tensors in ``sideline.tensors``, which give shapes and meanings."""

    tracklet_ids: Int64s
    tracklet_spans_ns: Int64s
    tracklet_teams: Floats
    tracklet_numbers: NDArray[np.signedinteger[Any]]
    tracklet_number_probabilities: Floats
    tracklet_looks: Floats
    tracklet_places_m: Floats

    def to_tracklets(self) -> Tracklets:
        """The tracklets; times count from the first one's start."""
        spans_s = (self.tracklet_spans_ns - self.tracklet_spans_ns.min(initial=np.iinfo(np.int64).max)) / 1e9
        places = self._known(self.tracklet_places_m)
        numbers = self._known(self.tracklet_numbers)
        return Tracklets(
            ids=self.tracklet_ids,
            first_s=spans_s[:, 0],
            last_s=spans_s[:, 1],
            team_probabilities=self._known(self.tracklet_teams),
            numbers=None if numbers is None else numbers.astype(np.int64),
            number_probabilities=self._known(self.tracklet_number_probabilities),
            appearance=self._known(self.tracklet_looks),
            starts_m=None if places is None else places[:, :2],
            ends_m=None if places is None else places[:, 2:],
        )

    def _known(self, array: NDArray[Any]) -> NDArray[Any] | None:
        return array if len(array) or not len(self.tracklet_ids) else None
