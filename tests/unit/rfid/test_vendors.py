"""Makers' own settings, read by independent decoders."""

from __future__ import annotations

import pytest
from llrpkit.protocol import decode_message, impinj, messages

from hardware.rfid.conditions import Conditions
from hardware.rfid.llrp.capabilities import Capabilities
from hardware.rfid.llrp.frames import Frame
from hardware.rfid.llrp.types import IMPINJ_PEN, ZEBRA_PEN, Msg
from hardware.rfid.options import ReaderOptions
from hardware.rfid.setup import rospec
from hardware.rfid.vendors import search_mode_parameter

POWERS = ((1, 10.0), (2, 20.0), (3, 30.0))


def as_llrpkit_reads_it(vendor: int, **settings: object) -> messages.ADD_ROSPEC:
    options = ReaderOptions("r1", "llrp://reader", (1, 2), **settings)
    found = Capabilities(4, vendor, power_dbm=POWERS, hopping=True, hop_table=1)
    spec = rospec(options, found, Conditions("r1"))
    message = decode_message(Frame(Msg.ADD_ROSPEC, 1, spec.to_bytes()).to_bytes())
    assert isinstance(message, messages.ADD_ROSPEC)
    return message


def inventory_command(message: messages.ADD_ROSPEC) -> object:
    (spec,) = message.ro_spec.spec_parameters
    (parameters,) = spec.inventory_parameter_specs
    (configuration,) = parameters.antenna_configurations
    (command,) = configuration.air_protocol_inventory_command_settings
    return command


def test_standard_settings_reach_the_reader() -> None:
    message = as_llrpkit_reads_it(0, session=2, population=64, rf_mode=1002, power_dbm=25.0)
    command = inventory_command(message)
    assert int(command.c1_g2_singulation_control.session) == 2
    assert command.c1_g2_singulation_control.tag_population == 64
    assert command.c1_g2_rf_control.mode_index == 1002
    (spec,) = message.ro_spec.spec_parameters
    (configuration,) = spec.inventory_parameter_specs[0].antenna_configurations
    assert configuration.antenna_id == 0
    assert configuration.rf_transmitter.transmit_power == 2
    assert list(spec.antenna_ids) == [1, 2]


def test_a_reader_without_settings_keeps_its_own() -> None:
    message = as_llrpkit_reads_it(IMPINJ_PEN)
    (spec,) = message.ro_spec.spec_parameters
    assert spec.inventory_parameter_specs[0].antenna_configurations == []


@pytest.mark.parametrize(
    ("mode", "value"), [("reader", 0), ("single", 1), ("dual", 2), ("single_suppressed", 3)]
)
def test_impinj_search_modes(mode: str, value: int) -> None:
    (parameter,) = inventory_command(as_llrpkit_reads_it(IMPINJ_PEN, search_mode=mode)).custom
    assert isinstance(parameter, impinj.ImpinjInventorySearchMode)
    assert int(parameter.inventory_search_mode) == value


@pytest.mark.parametrize(("mode", "flags"), [("single", "0000"), ("dual", "4000")])
def test_zebra_flips_the_target(mode: str, flags: str) -> None:
    (parameter,) = inventory_command(as_llrpkit_reads_it(ZEBRA_PEN, search_mode=mode)).custom
    assert (parameter.vendor_id, parameter.subtype) == (ZEBRA_PEN, 703)
    assert parameter.payload.hex() == f"03ff000e000000a1000002c6{flags}"


def test_a_mode_that_the_maker_does_not_know_is_counted_and_left_out() -> None:
    conditions = Conditions("r1")
    options = ReaderOptions("r1", "llrp://reader", search_mode="dual")
    spec = rospec(options, Capabilities(vendor=1), conditions)
    assert spec.air.vendor == b""
    assert conditions.counts == {"option_ignored": 1}
    assert search_mode_parameter(ZEBRA_PEN, "single_suppressed") is None
    assert search_mode_parameter(ZEBRA_PEN, "reader") == b""


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one of reader, single, dual"):
        ReaderOptions("r1", "llrp://reader", search_mode="fast")
    with pytest.raises(ValueError, match="session: expected 0 to 3, found 4"):
        ReaderOptions("r1", "llrp://reader", session=4)
