"""A kiosk screen: Chromium driven from a test."""
