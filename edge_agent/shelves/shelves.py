"""All shelves of one device: tag reads in, stock and events out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from edge_agent.config import ReaderSettings, ShelfSettings
from edge_agent.shelves.alarm import Alarm
from edge_agent.shelves.calibration import Calibration
from edge_agent.shelves.conditions import TagConditions
from edge_agent.shelves.coupling import Coupling
from edge_agent.shelves.gtin import gtin_of
from edge_agent.shelves.ledger import (
    NEVER_LEFT_S,
    Change,
    Evidence,
    Kind,
    Ledger,
    Life,
    Patience,
)
from edge_agent.shelves.physics import Physics
from edge_agent.shelves.places import Places
from edge_agent.shelves.presence import Look, Presence
from edge_agent.shelves.readings import ShelfReadings
from edge_agent.shelves.rounds import Round, Rounds
from edge_agent.shelves.stock import Lying, StockTaker
from edge_agent.shelves.watch import Watch
from hardware.interfaces import TagRead
from messages.events import EventData, Moved, Picked, Placed, Returned
from messages.payloads import StockData

BLIND_READS = 5.0
"""A step in which a reader gives nothing though so many reads were due is a gap, not an event."""

UNSURE = 0.5
"""Share of a place that nothing is concluded from."""
SELDOM, FAINT_DB, FEW = 0.1, 8.0, 4
"""A tag read more seldom and weaker than its antenna's median by so much is no stock."""
FORGET_STEPS, LEAST_FORGOTTEN = 500, 50
"""How often tags that are long gone are dropped, and how many it must be worth."""
LEARN_STEPS, REFRESH_STEPS, REFRESH_STEPS_OF_MANY = 5, 12, 50
MANY = 1000
"""How often neighbours are learned and, an antenna at a time, chosen; seldom with many tags."""


class Shelves:
    """Feed reads as they come, then advance to the time up to which they are complete.

    Example:
        >>> shelves = Shelves(config.readers, config.shelves)  # doctest: +SKIP
        >>> shelves.feed(reads)  # doctest: +SKIP
        >>> readings = shelves.advance(now_s)  # doctest: +SKIP
    """

    def __init__(
        self,
        readers: Sequence[ReaderSettings],
        shelves: Sequence[ShelfSettings],
        *,
        gtin_of: Callable[[str], str | None] = gtin_of,
        physics: Physics | None = None,
        patience: Patience | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        self._physics = physics or Physics()
        self._patience = patience or Patience()
        self._settings = tuple(shelves)
        self._readers = tuple(readers)
        self._gtin_of = gtin_of
        places = [(r.id, port, shelf) for r in readers for port, shelf in r.antennas.items()]
        names = [shelf.id for shelf in shelves]
        self._reader_of = np.array([[r.id for r in readers].index(p[0]) for p in places], np.int64)
        columns = {(reader, port): i for i, (reader, port, _) in enumerate(places)}
        self._rounds = Rounds(columns, self._physics.step_s)
        measured = calibration.shares(names, [p[:2] for p in places]) if calibration else None
        self._places = Places(
            [names.index(shelf) for *_, shelf in places], self._physics.step_s, measured
        )
        self._presence = Presence(self._physics, len(readers))
        self._coupling = Coupling(len(places))
        self._odd = TagConditions(self._settings, self._reader_of, len(readers))
        self._watch = Watch(self._settings)
        self._taker = StockTaker(self._readers, self._settings)
        self._alarm = Alarm(self._accepted())
        self._steps, self._forget_at = 0, FORGET_STEPS
        self._usual_dbm = np.empty(0)
        self._shelf = np.empty(0, np.int64)
        self._share = np.empty(0)
        self._ledger = Ledger(self._patience)
        self._gtins: list[str | None] = []
        self._gaps: dict[str, tuple[float, float]] = {}
        self._stock_now: dict[str, StockData] = {}
        self._stock_due_s = -math.inf
        self._seen_s = np.full(len(readers), np.nan)
        self._live_s = np.zeros(len(readers))

    @property
    def counters(self) -> dict[str, int]:
        """Reads that could not be used, and odd tags, by named condition."""
        return {**self._rounds.counters, **self._odd.counters}

    def _accepted(self) -> NDArray[np.float64]:
        """(R,) false picks a day that the shelves of each reader may show together."""
        limit = {shelf.id: shelf.false_picks_per_day for shelf in self._settings}
        return np.array([sum(limit[s] for s in set(r.antennas.values())) for r in self._readers])

    @property
    def known_tags(self) -> int:
        """Tags that are remembered, on a shelf or not."""
        return len(self._rounds.epcs)

    def feed(self, reads: Iterable[TagRead]) -> None:
        """Take reads; their order does not matter within the time not yet advanced over."""
        self._rounds.feed(reads)

    def gap(self, reader: str, from_s: float, to_s: float) -> None:
        """Say that a reader saw nothing between two times; nothing is concluded from it.

        A gap that goes on is told again with a later end. Without being told, a reader that falls
        silent over all its tags at once is noticed too.
        """
        self._gaps[reader] = (from_s, to_s)

    def advance(self, now_s: float) -> ShelfReadings:
        """Decide on everything up to ``now_s``, and give the stock as it is then."""
        events: list[EventData] = []
        for heard in self._rounds.until(now_s):
            events += self._step(heard)
        if self._steps >= self._forget_at:
            self._forget_at = self._steps + FORGET_STEPS
            self._forget()
        if events or not now_s < self._stock_due_s:
            self._taker.note(events)
            self._stock_now = self._stock(now_s)
            events += self._taker.gaps(self._stock_now, now_s)
            self._stock_due_s = now_s + 1.0
        return ShelfReadings(now_s, tuple(events), self._stock_now)

    def _forget(self) -> None:
        """Drop tags that are long gone: goods that were sold, trolleys that passed."""
        silent_s = self._presence.silent * self._physics.step_s
        gone = ~self._ledger.stocked & (silent_s > self._patience.forget_s)
        if gone.sum() < LEAST_FORGOTTEN or len(gone) < len(self._rounds.epcs):
            return
        gone[self._rounds.waiting()] = False
        rows = np.flatnonzero(~gone)
        index = np.full(len(gone), -1)
        index[rows] = np.arange(len(rows))
        self._rounds.keep(rows, index)
        self._coupling.keep(index)
        for part in (self._places, self._presence, self._ledger, self._odd):
            part.keep(rows)
        self._shelf, self._share = self._shelf[rows], self._share[rows]
        self._gtins = [self._gtins[row] for row in rows.tolist()]

    def _step(self, heard: Round) -> list[EventData]:
        epcs = self._rounds.epcs
        for epc in epcs[len(self._gtins) :]:
            self._gtins.append(self._gtin_of(epc))
            self._odd.new(epc, self._gtins[-1])
        for part in (self._places, self._presence):
            part.resize(len(epcs))
        self._ledger.resize(len(epcs), heard.t_s)
        self._places.step(heard)
        column = self._places.column()
        reader = self._reader_of[column]
        alive = self._alive(heard, reader)
        exposure = alive[reader].astype(np.float64)
        seen, rssi = self._seen(heard, column)
        self._presence.step(
            Look(
                seen=seen,
                rssi_dbm=rssi,
                exposure=exposure,
                shade=self._shade(column, exposure),
                stocked=self._ledger.stocked,
                group=reader,
            )
        )
        lost = ~self._ledger.stocked & (self._presence.absent > 0.9)
        self._places.forget(lost)
        shelf, share = self._place(heard)
        now = Evidence(
            t_s=heard.t_s,
            absent=self._presence.absent,
            shelf=shelf,
            share=share,
            seen=seen,
            blind=exposure == 0,
            gone=self._alarm.threshold(reader),
            faint=self._faint(column),
        )
        changes = self._ledger.step(now)
        for change in changes:
            if change.kind is Kind.RETURNED:
                if change.away_s < NEVER_LEFT_S:
                    self._presence.never_left(change.row, int(reader[change.row]))
                    self._alarm.wrong(int(reader[change.row]))
                else:
                    self._presence.forget(change.row)
            elif change.kind is Kind.PICKED:
                self._presence.taken(change.row, int(reader[change.row]))
                self._alarm.called(int(reader[change.row]), heard.t_s)
        events = [self._event(change) for change in changes]
        return events + self._watch.after(events, heard.t_s)

    def _place(self, heard: Round) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(N,) likeliest shelf and its probability; stock that lies still is asked less often."""
        new = len(self._rounds.epcs) - len(self._shelf)
        self._shelf = np.concatenate([self._shelf, np.zeros(new, np.int64)])
        self._share = np.concatenate([self._share, np.zeros(new)])
        if self._steps % LEARN_STEPS == 0:
            rows = np.arange(len(self._shelf))
        else:
            rows = np.unique(heard.rows[~self._ledger.stocked[heard.rows]])
        posterior = self._places.posterior(rows)
        self._shelf[rows] = posterior.argmax(axis=1)
        self._share[rows] = posterior.max(axis=1)
        if self._steps % LEARN_STEPS == 0:
            places = self._places
            two = self._odd.apart(places.votes, places.reads, places.usual[self._shelf], heard.t_s)
            # An EPC before two readers lies in two places: it is counted once and never moves.
            self._share[two] = np.minimum(self._share[two], UNSURE)
        return self._shelf, self._share

    def _event(self, change: Change) -> EventData:
        shelf = self._settings[change.shelf].id
        before = self._settings[change.from_shelf].id if change.from_shelf >= 0 else None
        row = change.row
        epc, gtin = self._rounds.epcs[row], self._gtins[row]
        sure = min(max(change.confidence, 0.0), 1.0)
        if change.kind is Kind.RETURNED:
            return Returned(
                epc=epc,
                gtin=gtin,
                shelf=shelf,
                from_shelf=before,
                confidence=sure,
                away_s=change.away_s,
            )
        kind = {Kind.PICKED: Picked, Kind.PLACED: Placed, Kind.MOVED: Moved}[change.kind]
        return kind(epc=epc, gtin=gtin, shelf=shelf, from_shelf=before, confidence=sure)

    def _shade(
        self, column: NDArray[np.int64], exposure: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        presence, stocked = self._presence, self._ledger.stocked
        there = np.where(stocked, 1 - presence.absent, 0.0)
        known = stocked & (there > 0.5)
        shade = self._coupling.shade(presence.alone, known)
        self._steps += 1
        if self._steps % LEARN_STEPS == 0:
            stock = self._ledger.life != Life.CANDIDATE
            surely = np.where((there > 0.9) & (exposure > 0), there, 0.0)
            seconds = LEARN_STEPS * self._physics.step_s
            self._coupling.learn(column, stock, presence.alone, surely, seconds)
        every = REFRESH_STEPS if len(column) < MANY else REFRESH_STEPS_OF_MANY
        if self._steps % every == 0:
            self._coupling.refresh(self._steps // every % len(self._reader_of), known)
        return shade

    def _faint(self, column: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(N,) tags read so seldom and weakly that they lie behind the shelf, not on it."""
        if self._steps % LEARN_STEPS == 1 or len(self._usual_dbm) == 0:
            presence = self._presence
            solid = (presence.rate > SELDOM) & (presence.absent < 0.5)
            self._usual_dbm = np.array(
                [
                    np.median(presence.rssi_dbm[solid & (column == c)])
                    if (solid & (column == c)).sum() > FEW
                    else np.nan
                    for c in range(len(self._reader_of))
                ]
            )
            self._places.learn(self._ledger.shelf, self._ledger.stocked)
        weak = self._presence.rssi_dbm < self._usual_dbm[column] - FAINT_DB
        return weak & (self._presence.rate < SELDOM)

    def _alive(self, heard: Round, reader: NDArray[np.int64]) -> NDArray[np.bool_]:
        due = (1 - self._presence.absent) * self._presence.rate
        expected = np.bincount(reader, due, len(self._readers))
        alive = expected < BLIND_READS
        alive[np.unique(self._reader_of[heard.columns])] = True
        for i, settings in enumerate(self._readers):
            gap = self._gaps.get(settings.id)
            if gap is not None and gap[0] <= heard.t_s <= gap[1]:
                alive[i] = False
        heard_now = alive & ((expected > 0) | (self._live_s > 0))
        self._live_s[heard_now] += self._physics.step_s
        self._seen_s[heard_now] = heard.t_s
        return alive

    def _seen(
        self, heard: Round, column: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        seen = np.zeros(len(column), np.bool_)
        seen[heard.rows] = True
        rssi = np.full(len(column), np.nan)
        own = column[heard.rows] == heard.columns
        rssi[heard.rows[own]] = heard.rssi_dbm[own]
        return seen, rssi

    def _stock(self, now_s: float) -> dict[str, StockData]:
        on = np.flatnonzero(self._ledger.stocked)
        heard = [
            self._live_s[i] >= self._patience.warm_up_s
            and now_s - self._seen_s[i] <= reader.silent_after_s
            for i, reader in enumerate(self._readers)
        ]
        readable = {
            shelf.id: any(
                heard[i] for i, r in enumerate(self._readers) if shelf.id in r.antennas.values()
            )
            for shelf in self._settings
        }
        lying = Lying(
            shelf=self._ledger.shelf[on],
            gtin=[self._gtins[row] for row in on.tolist()],
            there=1 - self._presence.absent[on],
            readable=readable,
        )
        return self._taker.count(lying, now_s)
