"""Synthetic traffic of a fictional shop, labelled and repeatable: pure generators; pipeline/simulate.py writes them."""
