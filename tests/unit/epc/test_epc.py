"""EPC coding against GS1's published examples and epcpy."""

from __future__ import annotations

import re
import string
from dataclasses import replace

import pytest
from epcpy import epc_schemes as oracle
from epcpy.epc_schemes.giai import GIAIFilterValue
from epcpy.epc_schemes.grai import GRAIFilterValue
from epcpy.epc_schemes.sgln import SGLNFilterValue
from epcpy.epc_schemes.sgtin import SGTINFilterValue
from epcpy.epc_schemes.sscc import SSCCFilterValue
from hypothesis import assume, given
from hypothesis import strategies as st

from messages.epc import SCHEMES, Epc, EpcError, decode, encode, gtin14_of, scheme_name, sgtin
from messages.epc.gtin import check_digit, gtin14

GS1_EXAMPLES = [
    # TDS 1.13, appendix E.3: tag URI, EPC memory, GS1 key.
    (
        "urn:epc:tag:sgtin-96:3.0614141.812345.6789",
        "3074257BF7194E4000001A85",
        "80614141123458",
    ),
    (
        "urn:epc:tag:sgtin-198:3.0614141.712345.32a%2Fb",
        "3674257BF6B7A659B2C2BF100000000000000000000000000000",
        "70614141123451",
    ),
    ("urn:epc:tag:sscc-96:3.0614141.1234567890", "3174257BF4499602D2000000", "106141412345678908"),
    ("urn:epc:tag:sgln-96:3.0614141.12345.400", "3274257BF460720000000190", "0614141123452"),
    ("urn:epc:tag:grai-96:3.0614141.12345.400", "3374257BF40C0E4000000190", "0614141123452"),
    ("urn:epc:tag:giai-96:3.0614141.5678", "3474257BF40000000000162E", "06141415678"),
]
SERIAL_CHARACTERS = string.ascii_letters + string.digits + "!\"%&'()*+,-./:;<=>?_"
ORACLES = {
    "sgtin": (oracle.SGTIN, SGTINFilterValue),
    "sscc": (oracle.SSCC, SSCCFilterValue),
    "sgln": (oracle.SGLN, SGLNFilterValue),
    "grai": (oracle.GRAI, GRAIFilterValue),
    "giai": (oracle.GIAI, GIAIFilterValue),
}


@pytest.mark.parametrize(("tag_uri", "memory", "key"), GS1_EXAMPLES)
def test_gs1_examples_read_and_write(tag_uri: str, memory: str, key: str) -> None:
    epc = decode(memory)
    assert epc.tag_uri == tag_uri
    assert epc.gs1_key == key
    assert encode(epc) == memory


def numbers(digits: int) -> st.SearchStrategy[str]:
    return st.integers(0, 10**digits - 1).map(lambda n: f"{n:0{digits}d}" if digits else "")


@st.composite
def epcs(draw: st.DrawFn) -> Epc:
    scheme = SCHEMES[draw(st.sampled_from(sorted(SCHEMES)))]
    company = draw(st.integers(6, 12).flatmap(numbers))
    partition = 12 - len(company)
    if scheme.reference_digits is None:
        reference = str(draw(st.integers(0, 2 ** scheme.reference_bits[partition] - 1)))
        serial = None
    else:
        reference = draw(numbers(scheme.reference_digits[partition]))
        serial = str(draw(st.integers(0, 2**scheme.serial_bits - 1)))
    if scheme.text_serial:
        serial = draw(st.text(SERIAL_CHARACTERS, min_size=1, max_size=20))
    if scheme.name == "sscc-96":
        serial = None
    return Epc(scheme.name, draw(st.integers(0, 7)), company, reference, serial)


@given(epcs())
def test_what_is_written_is_read_back(epc: Epc) -> None:
    memory = encode(epc)
    assert len(memory) == SCHEMES[epc.scheme].hex_digits
    assert decode(memory) == epc
    assert decode(memory.lower()) == epc


_MISREAD = re.compile(r"(?:\.|%\d\d)%\d[A-F]")
"""epcpy looks for escapes of two decimal digits, so it takes %2F, %3C, %3E and %3F where nothing
plain stands before them for one number with all the text that follows, and refuses the serial."""


@given(epcs())
def test_epcpy_agrees(epc: Epc) -> None:
    assume(not _MISREAD.search(epc.tag_uri))
    make, filter_value = ORACLES[SCHEMES[epc.scheme].identity]
    peer = make.from_tag_uri(epc.tag_uri)
    assert peer.epc_uri == epc.uri
    bits = peer.binary(
        binary_coding_scheme=make.BinaryCodingScheme(epc.scheme),
        filter_value=filter_value(str(epc.filter)),
    )
    memory = encode(epc)
    assert f"{int(memory, 16):0{len(memory) * 4}b}"[: len(bits)] == bits
    if epc.gtin14 is not None:
        assert peer.gs1_element_string().startswith(f"(01){epc.gtin14}(21)")


@given(st.binary(max_size=40))
def test_any_memory_is_read_or_refused(memory: bytes) -> None:
    try:
        epc = decode(memory.hex())
    except EpcError:
        return
    written = bytes.fromhex(encode(epc))
    shared = min(len(written), len(memory))
    assert written[:shared] == memory[:shared]


@given(st.text(max_size=30))
def test_any_text_gives_a_gtin_or_none(text: str) -> None:
    gtin = gtin14_of(text)
    assert gtin is None or gtin14(gtin) == gtin


@pytest.mark.parametrize(
    ("memory", "part"),
    [
        ("", "found no data"),
        ("30ZZ", "whole bytes of hex"),
        ("3074257BF7194E40", "sgtin-96: expected 96 bits, found 64"),
        ("E2801160600002054F4E1234", "no GS1 EPC"),
        ("F73795211411234530", "sgtin+, which is not supported"),
        ("301C257BF7194E4000001A85", "partition: expected 0 to 6, found 7"),
        ("3074257BF7194E4000001A85FF", "expected zeros behind bit 96"),
        ("3174257BF4499602D2000001", "sscc-96 last 24 bits"),
        # A company prefix of 7 digits in 24 bits can hold too large a number: 0xFFFFFF.
        ("3017FFFFFF194E4000001A85", "company prefix: expected 7 digits"),
    ],
)
def test_refusals_name_the_field(memory: str, part: str) -> None:
    with pytest.raises(EpcError, match="expected") as caught:
        decode(memory)
    assert part in str(caught.value)


GOOD = Epc("sgtin-96", 1, "0614141", "812345", "6789")


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"scheme": "sgtin-64"}, "scheme"),
        ({"filter": 8}, "filter"),
        ({"company_prefix": "06141"}, "company prefix"),
        ({"company_prefix": "06１4141"}, "company prefix"),
        ({"reference": "81234"}, "reference"),
        ({"serial": "007"}, "without leading zeros"),
        ({"serial": str(2**38)}, "below 2^38"),
        ({"serial": None}, "expected one, found none"),
        ({"scheme": "sgtin-198", "serial": "a b"}, "set 82"),
        ({"scheme": "sgtin-198", "serial": "x" * 21}, "1 to 20"),
        ({"scheme": "giai-96", "reference": "12"}, "expected none"),
    ],
)
def test_encode_refuses_what_does_not_fit(change: dict[str, object], part: str) -> None:
    with pytest.raises(EpcError, match="expected") as caught:
        encode(replace(GOOD, **change))
    assert part in str(caught.value)


def test_sgtin_is_made_from_a_gtin_of_any_length() -> None:
    epc = sgtin("06901234001006", 17, company_digits=7)
    assert gtin14_of(encode(epc)) == "06901234001006"
    assert sgtin("614141000036", "A-1", company_digits=6, bits=198).gtin14 == "00614141000036"
    with pytest.raises(ValueError, match="check digit 6, found 7"):
        sgtin("06901234001007", 17, company_digits=7)


def test_gtin_of_a_tag() -> None:
    assert gtin14_of("3074257BF7194E4000001A85") == "80614141123458"
    assert gtin14_of("3174257BF4499602D2000000") is None, "an SSCC is no trade item"
    assert gtin14_of("F7379521141123453" + "0" * 15) == "79521141123453", "SGTIN+ holds its GTIN"
    assert gtin14_of("F7379521141123454" + "0" * 15) is None, "wrong check digit"
    assert gtin14_of("E2801160600002054F4E1234") is None


def test_schemes_are_named() -> None:
    assert scheme_name("3074257BF7194E4000001A85") == "sgtin-96"
    assert scheme_name("F737") == "sgtin+"
    assert scheme_name("E280") is None
    assert scheme_name("") is None
    assert scheme_name("ZZ") is None


@pytest.mark.parametrize("gtin", ["96385074", "614141000036", "4006381333931", "06901234001006"])
def test_gtins_of_every_length(gtin: str) -> None:
    assert gtin14(gtin) == gtin.zfill(14)
    assert check_digit(gtin[:-1]) == gtin[-1]


@pytest.mark.parametrize(
    "gtin", ["", "123", "40063813339310000", "400638133393x", "４006381333931"]
)
def test_what_is_no_gtin(gtin: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        gtin14(gtin)
