"""Throughput, then false alarms and delays over many kinds of physics."""

from benchmarks.shelves import throughput, varied

throughput.main()
varied.main()
