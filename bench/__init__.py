"""Benchmarks: each runs by ``python -m bench.NAME`` and prints its figures beside a baseline run in the same minute."""
