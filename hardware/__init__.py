"""Drivers for cameras and RFID readers behind small interfaces."""
