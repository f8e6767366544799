"""Smaller and faster variants of an ONNX network."""
