"""Fraud to be found, and busy or odd days that are none: scenarios with labels, played among the shop's traffic."""
