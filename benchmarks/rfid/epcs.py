"""EPCs to GTINs a second, ours beside epcpy, on tags that were not seen before."""

from __future__ import annotations

import time
from collections.abc import Callable

from epcpy import epc_schemes

from messages.epc import decode, encode, sgtin

TAGS = 2000
ROUNDS = 7


def measure() -> dict[str, float]:
    """Give the tags decoded a CPU second by each library, best round of each."""
    epcs = [encode(sgtin("06901234001006", n, company_digits=7)) for n in range(TAGS)]

    def ours(epc: str) -> str | None:
        return decode(epc).gtin14

    def epcpy(epc: str) -> str:
        return epc_schemes.SGTIN.from_hex(epc).gtin()

    decoders: dict[str, Callable[[str], str | None]] = {"instore-edge": ours, "epcpy": epcpy}
    if ours(epcs[0]) != epcpy(epcs[0]):
        raise ValueError(f"GTIN: expected {epcpy(epcs[0])}, found {ours(epcs[0])}")
    best = dict.fromkeys(decoders, 0.0)
    for _ in range(ROUNDS):
        for name, decoder in decoders.items():
            start_s = time.process_time()
            for epc in epcs:
                decoder(epc)
            best[name] = max(best[name], TAGS / (time.process_time() - start_s))
    return best
