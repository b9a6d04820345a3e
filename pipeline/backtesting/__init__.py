"""Trying fraud rules on history: pure comparing and judging, and a flow of its own that stores nothing."""
