"""An LLRP reader over TCP that reads the scene's tags."""
