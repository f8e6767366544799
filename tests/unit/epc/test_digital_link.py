"""GS1 Digital Link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.epc import digital_link, parse_digital_link


def test_link_of_an_item_and_of_its_class() -> None:
    link = digital_link("9506000134352", "32a/b")
    assert link == "https://id.gs1.org/01/09506000134352/21/32a%2Fb"
    assert parse_digital_link(link) == ("09506000134352", "32a/b")
    shop = digital_link("9506000134352", domain="https://shop.example/")
    assert shop == "https://shop.example/01/09506000134352"
    assert parse_digital_link(shop) == ("09506000134352", None)


def test_other_qualifiers_and_a_path_before_are_passed_over() -> None:
    link = "https://shop.example/some/path/01/9506000134352/22/2A/10/ABC/21/7?17=261231"
    assert parse_digital_link(link) == ("09506000134352", "7")


@given(st.text("!\"%&'()*+,-./0123456789:;<=>?AZ_az", min_size=1, max_size=20))
def test_any_serial_survives(serial: str) -> None:
    assert parse_digital_link(digital_link("9506000134352", serial)) == ("09506000134352", serial)


@pytest.mark.parametrize(
    ("link", "part"),
    [
        ("ftp://id.gs1.org/01/09506000134352", "http"),
        ("not a link", "http"),
        ("https://id.gs1.org/00/106141412345678908", "/01/"),
        ("https://id.gs1.org/01", "/01/"),
        ("https://id.gs1.org/01/09506000134353", "check digit 2, found 3"),
    ],
)
def test_what_is_no_link_of_an_item(link: str, part: str) -> None:
    with pytest.raises(ValueError, match="expected") as caught:
        parse_digital_link(link)
    assert part in str(caught.value)


def test_a_serial_has_1_to_20_characters() -> None:
    with pytest.raises(ValueError, match="serial"):
        digital_link("9506000134352", "")
