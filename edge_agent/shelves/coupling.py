"""Which tags fade together? Learned from the shadows themselves, never from the planogram.

For each pair of tags of an antenna the time is kept in which both, one or none was shadowed. The
tree of the strongest dependences (Chow & Liu 1968, doi 10.1109/TIT.1968.1054142) then carries
messages between them (belief propagation, exact on a tree): along a shelf it finds the order in
which the tags lie, and a shadow is known to the tag from what lies on both of its sides.

Until a tag has been shaded for some seconds its neighbours are not known; then the whole antenna
speaks for it, so that a decision rather waits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import minimum_spanning_tree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

PAIR_S = 30.0
"""Seconds of data that two tags are taken to be independent for at first."""
BASE_SHADE, BASE_S = 0.07, 60.0
MEMORY_S = 1800.0
LEAST, MOST = 0.002, 0.995
SWEEPS = 3
"""Rounds of messages a step; they stay, so that news travels on in the next step."""
UNKNOWN_S = 6.0
"""Seconds of shadow on a tag after which its own neighbours count as much as the antenna."""


class Pairs:
    """Pairwise statistics of shadows between the tags of one antenna.

    Attributes:
        rows: (n,) rows of the tags in the filter.
    """

    def __init__(self) -> None:
        self.rows: Ints = np.empty(0, np.int64)
        self._both = np.empty((0, 0))
        self._one = np.empty((0, 0))
        self._time = np.empty((0, 0))

    def assign(self, rows: Ints) -> None:
        """Take over a changed set of tags; pairs that stay keep what was learned."""
        old = {int(row): i for i, row in enumerate(self.rows)}
        index = np.array([old.get(int(row), -1) for row in rows], np.int64)
        kept = np.flatnonzero(index >= 0)
        for name in ("_both", "_one", "_time"):
            matrix = np.zeros((len(rows), len(rows)))
            matrix[np.ix_(kept, kept)] = getattr(self, name)[np.ix_(index[kept], index[kept])]
            setattr(self, name, matrix)
        self.rows = rows

    def learn(self, shade: Floats, present: Floats, seconds: float) -> None:
        """Add a moment.

        Args:
            shade: (n,) probability of a shadow.
            present: (n,) weight of the tag: 1 where it is surely there and can be read.
            seconds: time that the moment stands for.
        """
        keep = 1 - seconds / MEMORY_S
        shaded = shade * present
        self._both = self._both * keep + np.outer(shaded, shaded) * seconds
        self._one = self._one * keep + np.outer(shaded, present) * seconds
        self._time = self._time * keep + np.outer(present, present) * seconds

    @property
    def shaded_s(self) -> Floats:
        """(n,) seconds for which each tag was shadowed."""
        return np.diag(self._one).copy()

    def base(self) -> Floats:
        """(n,) share of the time for which each tag is shadowed."""
        base: Floats = (np.diag(self._one) + BASE_SHADE * BASE_S) / (np.diag(self._time) + BASE_S)
        return base

    def covariance(self) -> Floats:
        """(n, n) covariance of the shadows, within what two tags of that base can have."""
        time = self._time + PAIR_S
        covariance = self._both / time - self._one * self._one.T / time**2
        base = self.base()
        most = np.minimum.outer(base, base) - np.outer(base, base)
        least = -np.outer(base, base)
        return np.clip(covariance, 0.97 * least, 0.97 * most)

    def tree(self) -> tuple[Ints, Ints, Floats]:
        """Find the edges, each in both directions.

        Returns:
            (E,) positions from, (E,) positions to, (4, E) probability of the states of an edge
            over that of independent tags: both shadowed, only "to", only "from", none.
        """
        base, covariance = self.base(), self.covariance()
        off = 1 - base
        lift = np.stack(
            [
                1 + covariance / np.outer(base, base),
                1 - covariance / np.outer(off, base),
                1 - covariance / np.outer(base, off),
                1 + covariance / np.outer(off, off),
            ]
        )
        weight = np.stack(
            [np.outer(base, base), np.outer(off, base), np.outer(base, off), np.outer(off, off)]
        )
        gain = (weight * lift * np.log(lift)).sum(axis=0) + 1e-9
        np.fill_diagonal(gain, 0.0)
        a, b = minimum_spanning_tree(-gain).nonzero()
        source, target = np.concatenate([a, b]), np.concatenate([b, a])
        return source, target, lift[:, source, target]


class Coupling:
    """The trees of all antennas, and the messages along them."""

    def __init__(self, antennas: int) -> None:
        self._pairs = [Pairs() for _ in range(antennas)]
        none = np.empty(0, np.int64)
        self._edges: list[tuple[Ints, Ints, Floats]] = [(none, none, np.empty((4, 0)))] * antennas
        self._source = self._target = self._back = none
        self._lift = np.empty((4, 0))
        self._messages = np.empty(0)
        self._prior = np.empty(0)
        self._unknown = np.empty(0)
        self._antennas = antennas

    def resize(self, rows: int) -> None:
        """Add rows of tags that have just been seen for the first time."""
        new = rows - len(self._prior)
        if new > 0:
            self._prior = np.concatenate([self._prior, np.full(new, BASE_SHADE)])
            self._unknown = np.concatenate([self._unknown, np.ones(new)])

    def learn(
        self, column: Ints, known: Bools, shade: Floats, surely: Floats, seconds: float
    ) -> None:
        """Add a moment.

        Args:
            column: (N,) antenna of each tag.
            known: (N,) tags that are or were stock.
            shade: (N,) probability of a shadow if the tag is there.
            surely: (N,) 1 where the tag is surely there and can be read.
            seconds: time that the moment stands for.
        """
        for c, pairs in enumerate(self._pairs):
            rows = np.flatnonzero(known & (column == c))
            if not np.array_equal(rows, pairs.rows):
                pairs.assign(rows)
            if len(rows):
                pairs.learn(shade[rows], surely[rows], seconds)

    def refresh(self, antenna: int) -> None:
        """Grow the tree of one antenna anew from what was learned."""
        pairs = self._pairs[antenna]
        rows = pairs.rows
        if len(rows) < 2:
            return
        source, target, lift = pairs.tree()
        self._edges[antenna] = (rows[source], rows[target], lift)
        self._prior[rows] = pairs.base()
        self._unknown[rows] = UNKNOWN_S / (UNKNOWN_S + pairs.shaded_s)
        self._join()

    def _join(self) -> None:
        before = zip(self._source.tolist(), self._target.tolist(), strict=True)
        old = dict(zip(before, self._messages.tolist(), strict=True))
        self._source = np.concatenate([edges[0] for edges in self._edges])
        self._target = np.concatenate([edges[1] for edges in self._edges])
        self._lift = np.concatenate([edges[2] for edges in self._edges], axis=1)
        pairs = list(zip(self._source.tolist(), self._target.tolist(), strict=True))
        self._messages = np.array([old.get(pair, 0.0) for pair in pairs])
        index = {pair: i for i, pair in enumerate(pairs)}
        self._back = np.array([index[(b, a)] for a, b in pairs], np.int64)

    def shade(self, evidence: Floats, column: Ints, known: Bools) -> Floats:
        """Let the tags tell each other.

        Args:
            evidence: (N,) log-likelihood ratio of a shadow by each tag's own reads, 0 where the
                tag has nothing to say.
            column: (N,) antenna of each tag.
            known: (N,) tags whose evidence counts.

        Returns:
            (N,) probability of a shadow on each tag by all others.
        """
        prior = np.log(self._prior / (1 - self._prior))
        if len(self._source):
            both, only_to, only_from, none = self._lift
            for _ in range(SWEEPS):
                total = prior + evidence + np.bincount(self._target, self._messages, len(prior))
                cavity = total[self._source] - self._messages[self._back]
                chance = 1 / (1 + np.exp(-np.clip(cavity, -30, 30)))
                rest = 1 - chance
                self._messages = np.log(
                    (both * chance + only_to * rest) / (only_from * chance + none * rest)
                )
            prior = prior + np.bincount(self._target, self._messages, len(prior))
        told = 1 / (1 + np.exp(-np.clip(prior, -30, 30)))
        doubt = np.maximum(self._unknown - 0.2, 0.0) / 0.8
        shade = told + doubt * np.maximum(self._crowd(evidence, column, known) - told, 0.0)
        result: Floats = np.clip(shade, LEAST, MOST)
        return result

    def _crowd(self, evidence: Floats, column: Ints, known: Bools) -> Floats:
        """(N,) how much is going on before the antenna of each tag, as a chance of a shadow."""
        shaded = known * (evidence > 1.0)
        count = np.bincount(column, known, self._antennas)
        share = np.bincount(column, shaded, self._antennas) / np.maximum(count, 1.0)
        return np.clip(4 * (share - 0.05), 0.0, 0.8)[column]
