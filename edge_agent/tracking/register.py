"""What is remembered of each track beside its motion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.tracking.columns import Columns
from edge_agent.tracking.motion import Bools, Floats


@dataclass(slots=True)
class Register(Columns):
    """N tracks.

    Attributes:
        ids: (N,) unique, never used again.
        scores: (N,) score of the last detection.
        best: (N,) most evidence of a sighting so far.
        since_s: (N,) time of the first sighting.
        seen_s: (N,) time of the last sighting.
        likely: (N,) whether it was seen just now where people are likely.
        hits: (N,) sightings that were no second box on somebody else.
        began: (N, 2) centre x and top y of the first sighting in pixels.
        twin_s: (N,) seconds for which it lay on an older track.
        confirmed: (N,) whether it was ever sure to be a person.
    """

    ids: NDArray[np.int64]
    scores: Floats
    best: Floats
    since_s: Floats
    seen_s: Floats
    likely: Bools
    hits: NDArray[np.int64]
    began: Floats
    twin_s: Floats
    confirmed: Bools

    @classmethod
    def begin(
        cls, ids: NDArray[np.int64], scores: Floats, evidence: Floats, began: Floats, t_s: float
    ) -> Register:
        """New tracks ``ids`` (N,) of people just seen with ``scores`` (N,) at ``began`` (N, 2)."""
        count = len(ids)
        return cls(
            ids=ids,
            scores=scores,
            best=evidence.copy(),
            since_s=np.full(count, t_s),
            seen_s=np.full(count, t_s),
            likely=np.zeros(count, np.bool_),
            hits=np.ones(count, np.int64),
            began=began.copy(),
            twin_s=np.zeros(count),
            confirmed=np.zeros(count, np.bool_),
        )

    @classmethod
    def empty(cls) -> Register:
        """No tracks."""
        return cls.begin(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty((0, 2)), 0.0)

    def elders(self) -> Bools:
        """(N, N) whether j is the one to stay of i and j: confirmed, then older."""
        rank = np.where(self.confirmed, 0, 1)
        sooner = self.ids[None] < self.ids[:, None]
        level = rank[None] == rank[:, None]
        return np.asarray((rank[None] < rank[:, None]) | (level & sooner))
