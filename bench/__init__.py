"""Benchmarks: each beside a named baseline, measured in the same run on the same input."""
