"""LLRP codec (bytes) and client (sockets)."""
