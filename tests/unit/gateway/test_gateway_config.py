"""Configs of the gateway: the example loads, mistakes come all at once with their place."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from configs.loading import ConfigError
from gateway.cli import app
from gateway.config import load
from gateway.rules.catalogue import make_rules

EXAMPLE = Path(__file__).parents[3] / "configs" / "gateway.yaml"


def test_example_loads_with_its_database_beside_it() -> None:
    config = load(EXAMPLE)
    assert config.database == EXAMPLE.parent / "gateway.sqlite"
    assert [screen.lane for screen in config.all_screens] == ["1", "2", "3"]


def test_the_large_example_loads_and_every_setting_counts() -> None:
    config = load(EXAMPLE.with_name("gateway-market.yaml"))
    rules = {rule.name for rule in make_rules(config)}
    assert rules >= {"open_lane", "close_lane", "size_gap", "kpi", "screen", "help"}
    assert {route.to for route in config.alerts.routes} <= {n.id for n in config.alerts.notifiers}


def test_screens_left_out_give_one_for_each_lane(tmp_path: Path) -> None:
    file = tmp_path / "g.yaml"
    file.write_text('store: a\nlanes:\n  - {id: "7", position: 1}\n')
    (screen,) = load(file).all_screens
    assert (screen.id, screen.lane) == ("lane-7", "7")


def test_every_mistake_comes_at_once_with_line_path_expected_and_found(tmp_path: Path) -> None:
    file = tmp_path / "g.yaml"
    file.write_text(
        "store: a\n"
        "timezone: Mars/Base\n"
        "lanes:\n"
        '  - {id: "1", position: 1}\n'
        '  - {id: "1", position: 2}\n'
        "screens:\n"
        '  - {id: s, lane: "9"}\n'
        "products:\n"
        '  - {gtin: "06901234001007", name: {zh: 一, en: One}}\n'
        "rules:\n"
        "  open_lane: {waiting: 3, clear_waiting: 5}\n"
        "colour: red\n"
    )
    with pytest.raises(ConfigError) as caught:
        load(file)
    found = {(p.line, p.path) for p in caught.value.problems}
    assert found == {
        (2, "timezone"),
        (5, "lanes[1].id"),
        (7, "screens[0].lane"),
        (9, "products[0].gtin"),
        (11, "rules.open_lane.clear_waiting"),
        (12, "colour"),
    }
    texts = "\n".join(str(p) for p in caught.value.problems)
    assert f"{file}:11: rules.open_lane.clear_waiting: expected less than waiting (3)" in texts


def test_check_says_what_is_wrong_and_exits_2(tmp_path: Path) -> None:
    file = tmp_path / "g.yaml"
    file.write_text("store: a\nlanes: 3\n")
    result = CliRunner().invoke(app, ["check", str(file)])
    assert result.exit_code == 2
    assert f"{file}:2: lanes: expected" in result.output
    assert CliRunner().invoke(app, ["check", str(EXAMPLE)]).exit_code == 0


@pytest.mark.parametrize(
    ("http", "warned"),
    [
        ("{host: 0.0.0.0}", True),
        ("{host: 192.168.1.5}", True),
        ("{host: 0.0.0.0, password_env: STAFF_PASSWORD}", False),
        ("{host: 127.0.0.1}", False),
    ],
)
def test_check_warns_of_pages_that_everybody_reaches_without_a_password(
    tmp_path: Path, http: str, warned: bool
) -> None:
    file = tmp_path / "g.yaml"
    file.write_text(f'store: a\nhttp: {http}\nlanes:\n  - {{id: "7", position: 1}}\n')
    result = CliRunner().invoke(app, ["check", str(file)])
    assert result.exit_code == 0
    assert ("taken for staff" in result.output) is warned


def test_the_example_with_a_back_room_names_what_its_gateway_knows() -> None:
    store = load(EXAMPLE.with_name("gateway-market.yaml"))
    device = yaml.safe_load(EXAMPLE.with_name("clothes-1.yaml").read_text(encoding="utf-8"))
    areas = {shelf["id"]: shelf.get("area", "floor") for shelf in device["shelves"]}
    assert device["store"] == store.store
    assert areas == {shelf.id: shelf.area for shelf in store.shelves}
    facings = [one for shelf in device["shelves"] for one in shelf.get("facings", ())]
    assert {one["gtin"] for one in facings} == {product.gtin for product in store.products}
