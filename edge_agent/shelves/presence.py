"""Is the tag still there? A four-state filter for all tags at once.

A tag is clear, shadowed (somebody stands between it and the antenna), faded (alone: multipath, a
hand) or absent. A clear tag is read with its own rate and RSSI, both learned; a shadowed or faded
one seldom and weakly; an absent one hardly ever. So silence alone means little while a shadow is
likely, and much when it is not; how likely a shadow is follows from the tags that fade together
with this one.

Silence is judged by the predictive chance of a Beta distribution, not by a point estimate: a tag
known for long is missed at once, a tag known for a moment is given time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_agent.shelves.depth import Depths
from edge_agent.shelves.physics import Physics
from edge_agent.shelves.strength import Strength

CLEAR, SHADOWED, FADED, ABSENT = range(4)
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

MEMORY_STEPS = 1000.0
"""Steps over which a read rate is learned; a tag that is turned round is learned anew."""
TURNED_STEPS = 30.0
"""Weight of the old rate of an item that came back."""
FLOOR = 1e-5
"""Least belief in presence: a tag that is read again is believed within a few reads."""
FADE_SHARE = 0.1
SURE_SHADE = 0.3
"""The depth of shadows is learned where the neighbours say this or more."""
FADE_QUIET = -16.0
"""Logarithm of the chance of a silence from which on it was a fade."""
FADE_GROUP_S = 3000.0
"""Weight of the prior fade rate against what all tags of a reader show, in seconds of a tag."""
ODD_READ = 0.02
"""Added to the density of RSSI, so that one odd read never decides."""


START = {
    "alone": 0.1,
    "_told": 0.1,
    "hits": 1.0,
    "misses": 1.0,
    "silent": 0.0,
    "rssi_dbm": np.nan,
    "_heard": 0.0,
    "_fades": 0.0,
    "_present_s": 0.0,
}
"""What is believed of a tag when it is first seen, by name of the (N,) array."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one step showed of every tag; all arrays (N,).

    Attributes:
        seen: the tag was read.
        rssi_dbm: RSSI by the antenna that the tag belongs to, else NaN.
        exposure: share 0..1 of the chance to be read that the step gave; 0 in a gap.
        shade: probability of a shadow by the tags that fade together with this one.
        stocked: not yet called picked; for these, absence ends only by reads.
        group: index of what the tag shares its physics with (its reader).
    """

    seen: Bools
    rssi_dbm: Floats
    exposure: Floats
    shade: Floats
    stocked: Bools
    group: Ints


@dataclass(frozen=True, slots=True)
class Chances:
    """(N,) likelihood of what one step showed, by state; densities of RSSI over their span.

    ``behind`` is the chance of a read of the clear tag, or the likelihood of the read that came if
    it came from behind a body of no depth.
    """

    clear: Floats
    shadowed: Floats
    faded: Floats
    absent: Floats
    behind: Floats


class Presence:
    """Belief about each tag, row by row.

    Attributes:
        belief: (4, N) probabilities of clear, shadowed, faded, absent; columns sum to 1.
        alone: (N,) probability of a shadow if the tag is there, by its own reads alone.
        hits, misses: (N,) Beta counts of the steps in which the clear tag was read and was not.
        silent: (N,) steps since the tag was last read, in exposure.
        rssi_dbm: (N,) learned mean RSSI of a clear tag; NaN before the first read.
        share: (G,) learned factor on the read rate behind a body, by group.
        strength: how RSSI behaves, by group.
        reach_rate: (G,) learned rate at which shadowed goods are taken.
    """

    def __init__(self, physics: Physics, groups: int) -> None:
        self._physics = physics
        self.belief = np.empty((4, 0))
        self.alone = np.empty(0)
        self._told = np.empty(0)
        self.hits = np.empty(0)
        self.misses = np.empty(0)
        self.silent = np.empty(0)
        self.rssi_dbm = np.empty(0)
        self._heard = np.empty(0)
        self._pending = np.empty((2, 0))
        self._called = np.empty((2, 0))
        self._fades = np.empty(0)
        self._present_s = np.empty(0)
        self._depths = Depths(physics, groups)
        self.strength = Strength(physics, groups)
        self._shadow_s = np.full(groups, physics.reach_memory_s)
        self._taken = self._shadow_s * physics.reach_rate
        self.share, self.reach_rate = np.empty((2, groups))
        self._derive()

    def resize(self, rows: int) -> None:
        """Add rows of tags that have just been seen for the first time."""
        new = rows - len(self.hits)
        if new <= 0:
            return
        self._depths.resize(rows)
        start = np.array([[0.4], [0.05], [0.05], [0.5]])
        self.belief = np.concatenate([self.belief, np.tile(start, (1, new))], axis=1)
        self._called = np.concatenate([self._called, np.zeros((2, new))], axis=1)
        self._pending = np.concatenate([self._pending, np.zeros((2, new))], axis=1)
        for name, value in START.items():
            setattr(self, name, np.concatenate([getattr(self, name), np.full(new, value)]))

    def keep(self, rows: Ints) -> None:
        """Keep these rows alone, in this order."""
        self._depths.keep(rows)
        for name in ("belief", "_pending", "_called"):
            setattr(self, name, getattr(self, name)[:, rows])
        for name in START:
            setattr(self, name, getattr(self, name)[rows])

    @property
    def absent(self) -> Floats:
        """(N,) probability that the tag is not there."""
        absent: Floats = self.belief[ABSENT]
        return absent

    @property
    def rate(self) -> Floats:
        """(N,) learned chance that a clear tag is read in a step."""
        rate: Floats = self.hits / (self.hits + self.misses)
        return rate

    def step(self, look: Look) -> None:
        """Move on by one step."""
        # What a tag says of shadows to others rests on the prior depth: were it the learned one,
        # tags could talk each other into ever shallower shadows.
        prior = self._physics
        n = len(self.share)
        at_prior = self._chances(
            look, np.full(n, prior.shadow_share), np.full(n, prior.shadow_drop_db)
        )
        self._step_alone(at_prior.clear, at_prior.shadowed)
        due = self._due(look)
        self._predict(look, due)
        chances = self._chances(look, self.share, self.strength.drop_db)
        self._depths.step(
            look.seen,
            chances.clear,
            chances.behind,
            (due, look.shade),
            look.stocked * look.exposure,
        )
        self.belief[CLEAR] *= chances.clear
        self.belief[SHADOWED] *= chances.shadowed
        self.belief[FADED] *= chances.faded
        self.belief[ABSENT] *= chances.absent
        self.belief /= self.belief.sum(axis=0)
        self._learn_tags(look)
        self._learn_physics(look)

    def taken(self, row: int, group: int) -> None:
        """Learn from an item that was called picked: how often goods leave from a shadow."""
        self._taken[group] += 1.0
        self._called[:, row] = self._pending[:, row]
        self._pending[:, row] = 0.0
        self._depths.called(row)

    def never_left(self, row: int, group: int) -> None:
        """Learn from a call that was wrong: the silence before it was a shadow or a fade."""
        quiet = self._called[0, row]
        self._taken[group] = max(self._taken[group] - 1.0, 0.0)
        if np.isfinite(quiet):
            self._fades[row] += 1.0
        self._depths.never_left(row, group)
        self._called[:, row] = 0.0

    def forget(self, row: int) -> None:
        """Learn rate and RSSI of a tag anew, from what is known: it came back, maybe turned."""
        keep = min(1.0, TURNED_STEPS / (self.hits[row] + self.misses[row]))
        self.hits[row] *= keep
        self.misses[row] *= keep
        self._heard[row] = min(self._heard[row], 3.0)

    def _chances(self, look: Look, share: Floats, drop_db: Floats) -> Chances:
        physics = self._physics
        share, drop_db = share[look.group], drop_db[look.group]
        # Predictive chance: the steps of silence so far count as if the tag were there.
        rate = self.hits / (self.hits + self.misses + self.silent) * look.exposure
        clear, shadowed, faded = 1 - rate, 1 - rate * share, 1 - rate * FADE_SHARE
        behind = rate.copy()
        absent = 1 - physics.ghost * look.exposure
        rows = np.flatnonzero(look.seen)
        off = look.rssi_dbm[rows] - self.rssi_dbm[rows]
        sigma = self.strength.sigma_db[look.group[rows]] * np.sqrt(
            1 + 1 / (self._heard[rows] + 1.0)
        )
        known = ~np.isnan(off)
        off = np.where(known, off, 0.0)
        scale = np.where(known, physics.rssi_span_db / (sigma * np.sqrt(2 * np.pi)), 1.0)
        weak = np.where(known, off + drop_db[rows], 0.0)
        at_clear = scale * np.exp(-0.5 * (off / sigma) ** 2) + ODD_READ
        at_shadowed = scale * np.exp(-0.5 * (weak / sigma) ** 2) + ODD_READ
        rate = self.rate[rows]
        clear[rows] = rate * at_clear
        behind[rows] = rate * at_shadowed
        shadowed[rows] = behind[rows] * share[rows]
        faded[rows] = rate * FADE_SHARE * at_shadowed
        absent[rows] = physics.ghost
        return Chances(clear, shadowed, faded, absent, behind)

    def _step_alone(self, clear: Floats, shadowed: Floats) -> None:
        physics = self._physics
        onset, relief = physics.onset_rate * physics.step_s, physics.relief_rate * physics.step_s
        before = self.alone * (1 - relief) + (1 - self.alone) * onset
        up = before * shadowed
        self.alone = up / (up + (1 - before) * clear)

    def _fade_rate(self, group: Ints) -> Floats:
        """(N,) how often each tag fades alone: its own record, shrunk to that of its group."""
        physics, n = self._physics, len(self.share)
        fades = np.bincount(group, self._fades, n) + physics.fade_rate * FADE_GROUP_S
        time_s = np.bincount(group, self._present_s, n) + FADE_GROUP_S
        usual = (fades / time_s)[group]
        own_s = physics.fade_memory_s
        return (self._fades + usual * own_s) / (self._present_s + own_s)

    def _predict(self, look: Look, due: Floats) -> None:
        physics, belief, dt = self._physics, self.belief, self._physics.step_s
        clear, shadowed, faded, absent = belief
        onset = clear * (physics.onset_rate * dt)
        relief = shadowed * (physics.relief_rate * dt)
        fade = clear * self._fade_rate(look.group) * dt
        mend = faded * (physics.relief_rate * dt)
        # A blind reader is no evidence that goods leave faster or slower: the belief stands.
        live = (look.exposure > 0) * dt
        picked = clear * physics.pick_rate * live
        faded_out = faded * physics.pick_rate * live
        reached = shadowed * self.reach_rate[look.group] * live
        there = 1 - absent
        back = np.where(
            look.stocked, np.maximum(FLOOR - there, 0.0), absent * physics.return_rate * live
        )
        belief[CLEAR] = clear + relief + mend - onset - fade - picked + back * 0.5
        belief[SHADOWED] = shadowed + onset - relief - reached + back * 0.5
        belief[FADED] = faded + fade - mend - faded_out
        belief[ABSENT] = absent + picked + faded_out + reached - back
        # What the others say counts by how far it differs from what they said before, so that a
        # shadow that stays is one shadow and not a new one in each step.
        belief[SHADOWED] *= look.shade / due
        belief[CLEAR] *= (1 - look.shade) / (1 - due)

    def _due(self, look: Look) -> Floats:
        """(N,) shade to be expected now by what the others said a step ago."""
        physics, told = self._physics, self._told
        self._told = look.shade
        stays = 1 - physics.relief_rate * physics.step_s
        due: Floats = told * stays + (1 - told) * (physics.onset_rate * physics.step_s)
        return due

    def _learn_tags(self, look: Look) -> None:
        sure = self.belief[CLEAR]
        weight = np.where(sure > 0.5, sure, 0.0) * look.exposure
        total = self.hits + self.misses
        keep = np.where(total > MEMORY_STEPS, 1 - weight / MEMORY_STEPS, 1.0)
        self.hits = self.hits * keep + weight * look.seen
        self.misses = self.misses * keep + weight * ~look.seen
        self.silent = np.where(look.seen, 0.0, self.silent + look.exposure)
        rows = np.flatnonzero(look.seen & ~np.isnan(look.rssi_dbm))
        heard = look.rssi_dbm[rows]
        first = np.isnan(self.rssi_dbm[rows])
        self.rssi_dbm[rows[first]] = heard[first]
        told = rows[(look.shade[rows] < 0.1) & (self._heard[rows] > 20) & (weight[rows] > 0.5)]
        self.strength.learn_clear(look.group[told], look.rssi_dbm[told] - self.rssi_dbm[told])
        self._heard[rows] = np.minimum(self._heard[rows] + weight[rows], 200.0)
        gain = weight[rows] / (self._heard[rows] + 1.0)
        self.rssi_dbm[rows] += gain * (heard - self.rssi_dbm[rows])

    def _learn_physics(self, look: Look) -> None:
        """Learn how deep shadows are and how often a tag fades alone.

        Silence counts only when the next read proves that the tag was there all the while;
        otherwise picks would pass for shadows.
        """
        there = 1 - self.belief[ABSENT]
        known = look.stocked * look.exposure
        clear = np.where(look.shade < 0.1, self.rate * known, 0.0)
        missed = np.where(look.seen, 0.0, np.log1p(-np.minimum(clear, 0.99)))
        # A silence that touches a shadow is explained by it.
        self._pending[0] += np.where(look.shade > SURE_SHADE, np.inf, missed)
        self._pending[1] += self._physics.step_s * known
        rows = np.flatnonzero(look.seen & look.stocked & (there > 0.5))
        quiet, present_s = self._pending[:, rows]
        # Silence beyond chance that no neighbour shared: the tag faded alone.
        self._fades[rows] += quiet < FADE_QUIET
        self._present_s[rows] += present_s
        self._pending[:, rows] = 0.0
        self._depths.prove(rows, look.group)
        off_db = look.rssi_dbm[rows] - self.rssi_dbm[rows]
        weak = (look.shade[rows] > SURE_SHADE) & ~np.isnan(off_db)
        at, group = rows[weak], look.group[rows[weak]]
        self.strength.learn_shadowed(group, off_db[weak], look.shade[at], self.share[group])
        behind = self.belief[SHADOWED] * known * self._physics.step_s
        self._shadow_s += np.bincount(look.group, behind, len(self.share))
        self._derive()

    def _derive(self) -> None:
        self.share = self._depths.share
        self.reach_rate = np.clip(self._taken / self._shadow_s, 1 / 2000, 1 / 20)
