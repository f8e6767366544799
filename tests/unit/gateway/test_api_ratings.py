"""Ratings over the HTTP API: cases, repetitions and floods."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.api.ratings import A_MINUTE
from tests.unit.gateway.world import RATING, Api


def test_a_bad_rating_becomes_a_case_and_one_sent_twice_counts_once(api: Api) -> None:
    for _ in range(2):
        assert api.post("/api/v1/ratings", json=RATING).status_code == 201
    (case,) = api.get("/api/v1/alerts").json()
    assert (case["rule"], case["severity"]) == ("complaint", "info")
    assert "nobody came" in case["text"]["zh"]
    # What a shopper wrote is with the case, not in everybody's picture of the store.
    assert "ratings" not in api.get("/api/v1/state").json()


@pytest.mark.parametrize(
    ("wrong", "status"), [({"score": 6}, 422), ({"lane": "9"}, 404), ({"id": "<script>"}, 422)]
)
def test_a_rating_that_cannot_be_is_refused(api: Api, wrong: dict[str, Any], status: int) -> None:
    assert api.post("/api/v1/ratings", json=RATING | wrong).status_code == status


def test_a_flood_of_ratings_is_stopped(api: Api) -> None:
    answers = [
        api.post("/api/v1/ratings", json=RATING | {"id": f"rating-{n:04}", "score": 5}).status_code
        for n in range(A_MINUTE + 1)
    ]
    assert set(answers[:-1]) == {201}
    assert answers[-1] == 429
