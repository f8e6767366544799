"""Turns published networks of other formats into the ONNX files under ``models/weights``."""
