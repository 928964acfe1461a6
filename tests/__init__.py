"""Tests: mirrors of the packages, and journeys, architecture, benchmarks and faults."""
