"""Electronic Product Codes: EPC binary, EPC URI, GTIN and GS1 Digital Link, without any I/O.

Source: GS1 EPC Tag Data Standard (TDS) 1.13 and 2.0, GS1 General Specifications, GS1 Digital Link
URI Syntax 1.2.
"""

from messages.epc.codec import Epc, EpcError, decode, encode, gtin14_of, sgtin
from messages.epc.digital_link import digital_link, parse_digital_link
from messages.epc.gtin import check_digit, gtin14
from messages.epc.tables import SCHEMES, scheme_name

__all__ = [
    "SCHEMES",
    "Epc",
    "EpcError",
    "check_digit",
    "decode",
    "digital_link",
    "encode",
    "gtin14",
    "gtin14_of",
    "parse_digital_link",
    "scheme_name",
    "sgtin",
]
