"""The commands of the README work as they stand there."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from simulators.store.control import Control

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]
OURS = {"edge-agent": "edge_agent", "store-gateway": "gateway", "store-sim": "simulators"}


def ours(line: str) -> tuple[str, list[str]] | None:
    """Module and arguments of one of our commands."""
    words = shlex.split(line.removesuffix("&"))
    name = Path(words[0]).name
    return (OURS[name], words[1:]) if name in OURS else None


def run(module: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module, *args], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_readme_has_commands_to_check() -> None:
    assert sum(ours(line) is not None for line in COMMANDS) >= 6
    assert {"make demo", "make test"} <= set(COMMANDS)


@pytest.mark.parametrize("line", [c for c in COMMANDS if c.startswith("make ")])
def test_every_make_target_exists(line: str) -> None:
    target = line.split()[1]
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize("line", [c for c in COMMANDS if " check " in c])
def test_every_check_passes(line: str) -> None:
    command = ours(line)
    assert command is not None
    done = run(command[0], *command[1])
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("line", [c for c in COMMANDS if ours(c)])
def test_every_command_and_option_exists(line: str) -> None:
    command = ours(line)
    assert command is not None
    module, (name, *args) = command
    text = run(module, name, "--help").stdout
    for option in (arg for arg in args if arg.startswith("--")):
        assert option in text


def test_the_simulated_hardware_takes_the_orders(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    process = start("simulators", "run", "--scene=quiet", "--camera-port=0", "--reader-port=0")
    assert process.stdout is not None
    url = next(line.split()[1] for line in process.stdout if line.startswith("control"))
    posts = [shlex.split(c) for c in COMMANDS if c.startswith("curl -X POST")]
    assert posts
    for words in posts:
        path = re.sub(r"^localhost:\d+", "", words[3])
        body = json.loads(words[words.index("-d") + 1])
        Control(url).post(path, **body)
