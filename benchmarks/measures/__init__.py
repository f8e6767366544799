"""Queues, waits and dwell: accuracy against simulated truth, and cost a frame."""
