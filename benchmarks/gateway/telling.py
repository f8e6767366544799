"""How soon somebody is told: from the MQTT message that crosses a limit to the notifier's call."""

from __future__ import annotations

import itertools
import random
import re
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.gateway.parts import TOPICS, broker, client, envelope, gateway
from messages.payloads import StockData, StockItem

SUBJECTS = 100
MESSAGES_PER_S = 200


@dataclass(frozen=True, slots=True)
class Delay:
    """Delays in seconds from publishing to the call of the notifier's service."""

    told: int
    p50_s: float
    p99_s: float


class _Catcher(ThreadingHTTPServer):
    """Notes when the service of the notifier is called for which shelf."""

    def __init__(self) -> None:
        self.called_s: dict[str, float] = {}
        self.news = threading.Event()
        catcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                now_s = time.perf_counter()
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                for shelf in re.findall(r"shelf-\d+", body):
                    catcher.called_s.setdefault(shelf, now_s)
                catcher.news.set()
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)


def measure(seed: int = 1) -> Delay:
    """Let each of the subjects cross its limit once, in the midst of the other messages."""
    rng = random.Random(seed)
    shelves = [f"shelf-{n}" for n in range(SUBJECTS)]
    settings: dict[str, object] = {
        "rules": {"restock": {"for_s": 0}},
        "alerts": {
            "notifiers": [{"id": "hook", "url_env": "HOOK"}],
            "routes": [{"to": "hook", "rules": ["restock"]}],
        },
    }
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        port = stack.enter_context(broker(folder))
        catcher = stack.enter_context(_Catcher())
        threading.Thread(target=catcher.serve_forever, daemon=True).start()
        stack.callback(catcher.shutdown)
        url = f"json://127.0.0.1:{catcher.server_port}/"
        stack.enter_context(gateway(folder, port, settings, HOOK=url))
        device = client(stack, port)
        stock = dict.fromkeys(shelves, 9)
        crossed_s: dict[str, float] = {}
        # The first one pays for loading the notifier's library.
        order = iter(["warm-up", *rng.sample(shelves, len(shelves))])
        stock["warm-up"] = 9
        begin_s = time.perf_counter()
        pause = threading.Event()
        for number in itertools.count():
            shelf = rng.choice(shelves)
            # Ten subjects a second cross their limit, after the first few seconds.
            if number % 20 == 19 and (number == 19 or number > 5 * MESSAGES_PER_S):
                crossing = next(order, None)
                if crossing is None:
                    break
                shelf, stock[crossing] = crossing, 2
                crossed_s[shelf] = time.perf_counter()
            item = StockItem(count=stock[shelf], capacity=10, min=3, confidence=0.9)
            data = StockData(shelf=shelf, items={"06901234001006": item}, confidence=0.9)
            device.publish(TOPICS.stock("d1", shelf), envelope("d1", data), qos=1, retain=True)
            pause.wait(max(0.0, begin_s + number / MESSAGES_PER_S - time.perf_counter()))
        while len(catcher.called_s) < SUBJECTS and catcher.news.wait(10):
            catcher.news.clear()
        delays = [catcher.called_s[s] - crossed_s[s] for s in shelves if s in catcher.called_s]
    return Delay(len(delays), *(float(q) for q in np.quantile(delays, (0.5, 0.99))))
