"""A reader behind LLRP: a TCP server that reads a field of tags and takes commands."""

from simulators.llrp_reader.field import Sighting, SimpleField, TagField
from simulators.llrp_reader.server import LlrpServer, ReaderModel

__all__ = ["LlrpServer", "ReaderModel", "Sighting", "SimpleField", "TagField"]
