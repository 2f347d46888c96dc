"""Ratios against baselines in the same run: `python -m tests.benchmarks [name…] [--quick]`.

A module here that has `run(quick: bool) -> list[Row]` is a benchmark and is found by its name.
"""
