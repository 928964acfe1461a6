"""Tests of the registry core."""
