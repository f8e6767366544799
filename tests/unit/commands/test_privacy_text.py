"""The privacy text says all that is sent, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from edge_agent.cli import app
from edge_agent.commands.privacy import LEAVES_THE_DEVICE, describe
from messages.payloads import PAYLOADS

# What the gateway sends to devices, screens and people, or the contract builds on.
NOT_FROM_A_DEVICE = {
    "ack",
    "advice",
    "alert",
    "command",
    "config",
    "footfall",
    "signage",
}


def test_every_message_of_a_device_is_told() -> None:
    told = {kind.type for kind in LEAVES_THE_DEVICE}  # type: ignore[attr-defined]  # each has one
    assert set(PAYLOADS) - NOT_FROM_A_DEVICE == told


@pytest.mark.parametrize("language", ["zh", "en"])
def test_text_is_whole_in_each_language(language: str) -> None:
    text = describe(language)
    for word in LEAVES_THE_DEVICE.values():
        assert getattr(word, language) in text
    assert "{" not in text


def test_both_languages_and_the_limits_of_the_config(tmp_path: Path) -> None:
    config = tmp_path / "device.yaml"
    config.write_text("store: s\ndevice: d\noutbox: {keep: 5000}\n")
    result = CliRunner().invoke(app, ["privacy", "--config", str(config)])
    assert result.exit_code == 0
    assert "店内告示" in result.output
    assert "The notice for the shop" in result.output
    assert result.output.count("5,000") == 2


def test_one_language_on_request() -> None:
    result = CliRunner().invoke(app, ["privacy", "--language", "en"])
    assert result.exit_code == 0
    assert "告示" not in result.output
