"""Pulls the strings of a simulated shop over its HTTP address."""

from __future__ import annotations

import json
import urllib.request
from typing import Any


class Control:
    """Pulls the strings of a simulated shop."""

    def __init__(self, url: str) -> None:
        self._url = url

    def post(self, path: str, **body: Any) -> Any:
        """Tell it something; give the answer.

        Raises:
            OSError: it does not answer.
        """
        request = urllib.request.Request(  # noqa: S310 - http on the loopback interface
            self._url + path,
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def get(self, path: str) -> Any:
        """Ask it something, for example for the truth.

        Raises:
            OSError: it does not answer.
        """
        with urllib.request.urlopen(self._url + path, timeout=5) as answer:  # noqa: S310 - loopback
            return json.load(answer)
