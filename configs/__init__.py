"""Example stores, and the loader that says where a config is wrong."""
