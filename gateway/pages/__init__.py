"""Screens for shoppers and pages for staff."""
