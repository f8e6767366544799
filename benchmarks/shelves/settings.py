"""Kinds of shelves that the filter was never told about, each away from the usual in one way."""

from __future__ import annotations

from dataclasses import replace

from simulators.shelf.physics import ShelfPhysics
from simulators.shelf.shoppers import Traffic

Setting = tuple[ShelfPhysics, Traffic]

_P, _T = ShelfPhysics(), Traffic()

SETTINGS: dict[str, Setting] = {
    "usual": (_P, _T),
    "no ghost reads": (replace(_P, ghost=0.0), _T),
    "many ghost reads": (replace(_P, ghost=0.006), _T),
    "narrow shadows": (replace(_P, body_width=0.12), _T),
    "wide shadows": (replace(_P, body_width=0.7), _T),
    "deep shadows": (replace(_P, shadow_share=0.08, shadow_db=9.0), _T),
    "blocking bodies": (replace(_P, shadow_share=0.02, shadow_db=12.0), _T),
    "slight shadows": (replace(_P, shadow_share=0.6, shadow_db=2.0), _T),
    "shadows without RSSI drop": (replace(_P, shadow_db=0.0), _T),
    "soft shadows": (replace(_P, shadow_edge=0.3), _T),
    "walking bodies": (replace(_P, drift=0.06), _T),
    "long stays": (_P, replace(_T, stay_s=15.0)),
    "memoryless stays": (_P, replace(_T, stay_shape=1.0, stay_s=5.0)),
    "crowded": (_P, replace(_T, visit_rate=1 / 15, stay_s=8.0)),
    "quiet": (_P, replace(_T, visit_rate=1 / 400)),
    "noisy RSSI": (replace(_P, sigma_db=4.5), _T),
    "multipath": (replace(_P, fading_db=3.0, fading_s=4.0), _T),
    "slow multipath": (replace(_P, fading_db=2.5, fading_s=40.0), _T),
    "weak tags": (replace(_P, rate_low=0.1, rate_high=0.5), _T),
    "strong tags": (replace(_P, rate_low=0.7, rate_high=0.99), _T),
    "much overlap": (replace(_P, overlap=0.6, overlap_db=3.0), _T),
    "no overlap": (replace(_P, overlap=0.0), _T),
    "slow rounds": (replace(_P, round_s=0.5, jitter=1.0), _T),
    "fast rounds": (replace(_P, round_s=0.07, jitter=0.5, rate_low=0.05, rate_high=0.8), _T),
    "spread rounds": (replace(_P, round_s=0.23, jitter=1.0), _T),
    "antennas in turn": (replace(_P, round_s=0.1, duty=2), _T),
    "two readers": (replace(_P, readers=2), _T),
    "strays all day": (_P, replace(_T, stray_rate=1 / 10, stray_s=(3.0, 15.0), behind_wall=12)),
    "put back turned": (replace(_P, replaced_db=4.0), replace(_T, put_backs=0.8)),
    "read in the hand": (replace(_P, carried_s=3.0), _T),
    "fifteen tags": (replace(_P, tags=15), replace(_T, picks=30)),
    "sixty tags": (replace(_P, tags=60), replace(_T, picks=70)),
}
"""Name → physics and traffic."""
