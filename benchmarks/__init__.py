"""Benchmarks: side by side with a plain loop that does the same work. They print ratios, and judge nothing."""
