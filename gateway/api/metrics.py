"""Metrics in the text format of Prometheus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.api.board import Board
from gateway.api.feed import Feed
from gateway.state.view import StoreView

_SCORES = (
    ("lane_waits_scored", "Waits that the score looks back on", "n"),
    ("lane_wait_error_seconds", "Mean absolute error of the wait shown", "mae_s"),
    ("lane_wait_bias_seconds", "Mean of the wait shown minus the real one", "bias_s"),
    ("lane_wait_p90_coverage", "Share of real waits under the p90 shown", "p90_coverage"),
    ("lane_little_residual", "How far Little's law is off, as a share", "little_residual"),
)


class _Store(Collector):
    def __init__(self, board: Board, feed: Feed) -> None:
        self._board = board
        self._feed = feed

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "instore_live_clients", "Pages that follow live", self._feed.clients
        )
        picture = self._board.picture
        if picture is None:
            return
        for name, value in picture.counts.items():
            yield CounterMetricFamily(f"instore_{name}", f"Since the start: {name}", value)
        open_now = Counter(alert.rule for alert in picture.alerts)
        yield _gauge("alerts_open", "Open alerts", "rule", open_now)
        # What is unknown is left out: a gauge must never stand at its last number or at zero.
        lanes = picture.view.lanes.values()
        waiting = {x.lane: x.waiting for x in lanes if x.waiting is not None}
        yield _gauge("lane_waiting", "People waiting", "lane", waiting)
        wait_s = {x.lane: x.wait_s for x in lanes if x.wait_s is not None}
        yield _gauge("lane_wait_seconds", "Median wait of who joins now", "lane", wait_s)
        yield from _scores(picture.view)
        yield from _footfall(picture.view)
        online = {x.device: float(x.works) for x in picture.view.devices.values()}
        yield _gauge("device_online", "1 when the device works", "device", online)
        yield _stock(picture.view)


def _gauge(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    gauge = GaugeMetricFamily(f"instore_{name}", text, labels=[label])
    for subject, value in values.items():
        gauge.add_metric([subject], value)
    return gauge


def _scores(view: StoreView) -> Iterator[Metric]:
    """How well the waits shown have done, lane by lane."""
    scores = {lane.lane: lane.score for lane in view.lanes.values() if lane.score is not None}
    for name, text, field in _SCORES:
        known = {lane: getattr(score, field) for lane, score in scores.items()}
        values = {lane: value for lane, value in known.items() if value is not None}
        yield _gauge(name, text, "lane", values)


def _footfall(view: StoreView) -> Iterator[Metric]:
    """Who came and went, line by line, and who is inside."""
    lines = view.lines.values()
    entered = {x.line: x.entered for x in lines if x.entered is not None}
    yield _gauge("line_entered", "People who came in by a line today", "line", entered)
    left = {x.line: x.left for x in lines if x.left is not None}
    yield _gauge("line_left", "People who left by a line today", "line", left)
    shop = view.footfall
    if shop.inside is not None:
        yield GaugeMetricFamily("instore_inside", "People in the shop", shop.inside)
    if shop.since_s is not None:
        yield GaugeMetricFamily(
            "instore_inside_confidence", "Share of the day that was seen", shop.confidence
        )


def _stock(view: StoreView) -> Metric:
    gauge = GaugeMetricFamily("instore_stock", "Items on a shelf", labels=["shelf", "gtin"])
    for shelf in view.shelves.values():
        for item in shelf.items.values():
            if item.count is not None:
                gauge.add_metric([shelf.shelf, item.gtin], item.count)
    return gauge


def metrics_text(board: Board, feed: Feed) -> bytes:
    """Give the metrics of this moment."""
    registry = CollectorRegistry()
    registry.register(_Store(board, feed))
    return generate_latest(registry)
