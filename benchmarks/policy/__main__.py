"""``make policy``: mean wait against lane hours over simulated weeks; fails if ours loses.

It loses when, at any budget of lane hours that both reach, the reactive rule or the roster waits
less.

DAYS and SEED come from the environment. Writes docs/policy.md and docs/policy.svg.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from rich.progress import track

from benchmarks.policy.agreement import ARRIVALS
from benchmarks.policy.agreement import compare as agree
from benchmarks.policy.needs import Shares, shares_within_one
from benchmarks.policy.policies import POLICIES, reactive
from simulators.checkouts.demand import SIZES, Month, StoreSize, month
from simulators.checkouts.queues import Result, simulate

LIMIT_S = 180.0
SETTING = (
    "One call in ten is not followed, a cashier needs 1 to 3 minutes, sensors overlook 8 % of "
    "those who wait, 5 % of those who come and 1 % of the services. A lane that was opened stays "
    "for 10 minutes with ours, 15 with the reactive rule (open when more than 1, 2, 3, 4 or 6 wait "
    "at a lane). The roster knows the true average of the week. The clairvoyant decides like ours "
    "but knows everybody who will come: what it does not reach, no forecast can give this rule."
)
MEASURED = """
## How the forecast is measured

*Lanes needed* is the fewest lanes that keep the promise (80 % wait at most 2 minutes, M/M/c with
the spread of the service times) for the people who reach the tills in a quarter hour. The forecast
is made half an hour before that quarter hour begins and counts as right within one lane; the first
week is for learning. It is set beside two truths:

- **who came**: the number who really came. Single shoppers are dice: somebody who knew the true
  rate exactly, with every rush that is still to begin, would still be wrong at times (*knows the
  rate*). Somebody who knows who is inside, the true shopping time, the usual day and how today
  differs, but not the rushes that no calendar knows, is wrong more often (*knows the store*). No
  forecast can beat the first, and none without a crystal ball the second.
- **true rate**: the mean number that would come if the quarter hour could be repeated. A manager
  staffs for this one, since nobody can staff for dice.
"""
DOCS = Path(__file__).parents[2] / "docs"
COLOURS = {"ours": "#0a7d3c", "reactive": "#b3261e", "roster": "#666666", "clairvoyant": "#1a56c4"}


@dataclass(frozen=True, slots=True)
class Curve:
    """Results of one policy in one store, from generous to frugal."""

    policy: str
    hours: tuple[float, ...]
    wait_s: tuple[float, ...]
    within: tuple[float, ...]

    def wait_at(self, hours: float) -> float:
        """Mean wait at a budget, between two results; NaN outside of them."""
        return self._at(hours, self.wait_s)

    def within_at(self, hours: float) -> float:
        """Share within the limit at a budget, between two results; NaN outside of them."""
        return self._at(hours, self.within)

    def _at(self, hours: float, values: tuple[float, ...]) -> float:
        order = np.argsort(self.hours)
        x, y = np.array(self.hours)[order], np.array(values)[order]
        return float(np.interp(hours, x, y, left=np.nan, right=np.nan))


def curve(policy: str, shoppers: Month, seed: int) -> Curve:
    """Run one policy with each of its knobs."""
    make, knobs = POLICIES[policy]
    results: list[Result] = []
    for knob in knobs:
        decide, listen = make(shoppers, knob)
        results.append(simulate(shoppers, decide, seed=seed, **listen))
    return Curve(
        policy,
        tuple(r.lane_hours for r in results),
        tuple(r.mean_wait_s for r in results),
        tuple(r.within(LIMIT_S) for r in results),
    )


def compare(ours: Curve, other: Curve) -> list[tuple[float, float, float]]:
    """(hours, our wait, theirs) at each budget of either that both curves reach."""
    points = [(h, ours.wait_at(h), other.wait_at(h)) for h in sorted({*ours.hours, *other.hours})]
    return [point for point in points if not np.isnan(point[1:]).any()]


def main() -> int:
    """Run all; give 1 if ours does not beat the reactive rule or the roster somewhere."""
    days, seed = int(os.environ.get("DAYS", "30")), int(os.environ.get("SEED", "1"))
    lines = [
        "# What advice on lanes is worth",
        "",
        f"`make policy DAYS={days} SEED={seed}`: {days} days, three stores. {SETTING}",
        "",
        "![Mean wait against lane hours](policy.svg)",
        "",
    ]
    stores: dict[StoreSize, list[Curve]] = {}
    lost = 0
    jobs = [(size, policy) for size in SIZES for policy in POLICIES]
    months = {size: month(size, days, seed) for size in SIZES}
    for size, policy in track(jobs, description="policies"):
        stores.setdefault(size, []).append(curve(policy, months[size], seed))
    for size, curves in stores.items():
        text, behind = _section(size, months[size], curves)
        lines += text
        lost += behind
    lines += [*MEASURED.strip().splitlines(), "", *agreement_lines(seed), ""]
    _plot(stores)
    (DOCS / "policy.md").write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))
    return 1 if lost else 0


def _section(size: StoreSize, shoppers: Month, curves: list[Curve]) -> tuple[list[str], int]:
    by_name = {c.policy: c for c in curves}
    ours, lost = by_name["ours"], 0
    lines = [
        f"## {size.name}: {size.lanes} lanes, {len(shoppers.joined_s)} shoppers",
        "",
        "| policy | lane hours | mean wait | waited at most 3 min |",
        "| --- | --- | --- | --- |",
    ]
    for c in curves:
        for hours, wait_s, within in zip(c.hours, c.wait_s, c.within, strict=True):
            lines.append(f"| {c.policy} | {hours:.0f} | {wait_s:.0f} s | {100 * within:.1f} % |")
    lines += ["", "At equal lane hours:"]
    for one, other in (("ours", "reactive"), ("clairvoyant", "reactive"), ("ours", "roster")):
        points = compare(by_name[one], by_name[other])
        ratios = [mine / theirs for _, mine, theirs in points]
        lost += one == "ours" and (not ratios or max(ratios) >= 1.0)
        if ratios:
            lines.append(
                f"- mean wait of {one} is {min(ratios):.2f} to {max(ratios):.2f} of that of {other}"
                f" (mean {np.mean(ratios):.2f}, {len(ratios)} budgets)"
            )
    gaps = [
        100 * (by_name["clairvoyant"].within_at(h) - w)
        for h, w in zip(ours.hours, ours.within, strict=True)
    ]
    known = [gap for gap in gaps if not np.isnan(gap)]
    if known:
        lines.append(
            f"- the clairvoyant's share within 3 minutes is {min(known):.1f} to {max(known):.1f} "
            "points higher than ours"
        )
    lines += ["", *_needs(shares_within_one(shoppers)), ""]
    return lines, lost


def _needs(shares: Shares) -> list[str]:
    return [
        "Lanes needed in 30 minutes, within one lane:",
        "",
        "| forecast | of who came | of the true rate |",
        "| --- | --- | --- |",
        f"| ours | {100 * shares.ours:.1f} % | {100 * shares.ours_rate:.1f} % |",
        f"| knows the store | {100 * shares.knows_store:.1f} % | |",
        f"| knows the rate | {100 * shares.knows_rate:.1f} % | 100 % |",
    ]


def agreement_lines(seed: int) -> list[str]:
    """Say how the fast checkouts compare with the drawn shop, on the same shoppers."""
    lines = [
        "## Is the fast simulation believable?",
        "",
        (
            f"The same {len(ARRIVALS)} hours in `simulators/scene`, where people walk and queue "
            "up, and on the fast `simulators/checkouts` of the months above; same shoppers, "
            "calls not followed, sensors that overlook people "
            "(`python -m benchmarks.policy.agreement`)."
        ),
        "",
        "| open when more than | mean wait, scene | fast | over 3 min, scene | fast | lane hours |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for more_than in (2, 3, 4):
        drawn, fast = agree(lambda n=more_than: reactive(n), len(ARRIVALS), seed)
        lines.append(
            f"| {more_than} wait | {drawn.wait_s.mean():.0f} s | {fast.wait_s.mean():.0f} s "
            f"| {100 * drawn.late:.1f} % | {100 * fast.late:.1f} % "
            f"| {drawn.lane_hours:.1f}, {fast.lane_hours:.1f} |"
        )
    return lines


def _plot(stores: dict[StoreSize, list[Curve]]) -> None:
    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "policy"  # the same file from the same figures
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, len(stores), figsize=(13, 4))
    for axis, (size, curves) in zip(axes, stores.items(), strict=True):
        for c in curves:
            axis.plot(c.hours, c.wait_s, "o-", color=COLOURS[c.policy], label=c.policy)
        axis.set_title(f"{size.name}, {size.lanes} lanes")
        axis.set_xlabel("lane hours")
        axis.set_ylabel("mean wait, s")
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
    axes[0].legend()
    figure.tight_layout()
    figure.savefig(DOCS / "policy.svg", metadata={"Date": None})


if __name__ == "__main__":
    sys.exit(main())
