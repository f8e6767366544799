"""JSON Schemas and AsyncAPI document of the contract; ``python -m messages.schema`` writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from messages.envelope import VERSION, Envelope, Message
from messages.events import EVENTS
from messages.payloads import PAYLOADS

FOLDER = Path(__file__).parent / "schemas" / f"v{VERSION}"
ASYNCAPI = Path(__file__).parent / "asyncapi.yaml"

# (channel, address below instore/{store}/, who sends, retained, payload types)
_CHANNELS: tuple[tuple[str, str, str, bool, tuple[str, ...]], ...] = (
    ("queue", "dev/{device}/queue/{lane}", "device", True, ("queue",)),
    ("zone", "dev/{device}/zone/{zone}", "device", True, ("zone",)),
    ("line", "dev/{device}/line/{line}", "device", True, ("line",)),
    ("heat", "dev/{device}/heat/{camera}", "device", True, ("heat",)),
    ("stock", "dev/{device}/stock/{shelf}", "device", True, ("stock",)),
    ("event", "dev/{device}/event", "device", False, tuple(EVENTS)),
    ("status", "dev/{device}/status", "device", True, ("status",)),
    ("commandResult", "dev/{device}/cmdres", "device", False, ("command_result",)),
    ("ack", "ack/{device}", "gateway", True, ("ack",)),
    ("config", "cfg/{device}", "gateway", True, ("config",)),
    ("command", "cmd/{device}/{name}", "gateway", False, ("command",)),
    ("alert", "alert/{alert}", "gateway", True, ("alert",)),
    ("advice", "advice/lanes", "gateway", True, ("advice",)),
    ("footfall", "footfall", "gateway", True, ("footfall",)),
    ("signage", "signage/{screen}", "gateway", True, ("signage",)),
)


def schemas() -> dict[str, dict[str, Any]]:
    """Give message type → JSON Schema (draft 2020-12) of its ``data``, and of the envelope."""
    models: dict[str, type[Message]] = {"envelope": Envelope, **PAYLOADS}
    return {
        name: {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **model.model_json_schema(mode="serialization"),
        }
        for name, model in models.items()
    }


def asyncapi() -> dict[str, Any]:
    """Give the AsyncAPI 3.0 document of all topics."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for name, address, sender, retained, types in _CHANNELS:
        full = f"instore/{{store}}/{address}"
        parameters: dict[str, Any] = {
            part[1:-1]: {} for part in full.split("/") if part.startswith("{")
        }
        channels[name] = {
            "address": full,
            "parameters": parameters,
            "messages": {t: {"$ref": f"#/components/messages/{t}"} for t in types},
        }
        operations[f"{sender}Sends{name[0].upper()}{name[1:]}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{name}"},
            "bindings": {"mqtt": {"qos": 1, "retain": retained}},
        }
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Instore Edge", "version": str(VERSION)},
        "channels": channels,
        "operations": operations,
        "components": {"messages": {name: _message(name) for name in PAYLOADS}},
    }


def _message(name: str) -> dict[str, Any]:
    summary = (PAYLOADS[name].__doc__ or "").strip().splitlines()[0]
    envelope = {"$ref": f"schemas/v{VERSION}/envelope.json"}
    data = {"properties": {"data": {"$ref": f"schemas/v{VERSION}/{name}.json"}}}
    return {"summary": summary, "payload": {"allOf": [envelope, data]}}


def files() -> dict[Path, str]:
    """Give every generated file and its text."""
    texts = {
        FOLDER / f"{name}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in schemas().items()
    }
    texts[ASYNCAPI] = yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True)
    return texts


def main() -> None:
    """Write them."""
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
