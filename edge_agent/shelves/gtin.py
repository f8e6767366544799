"""EPC → GTIN-14, for every encoding that holds one."""

from messages.epc import gtin14_of as gtin_of

__all__ = ["gtin_of"]
