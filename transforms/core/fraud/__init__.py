"""Fraud detection as pure functions: facts of events, evidence per entity, rules, and alerts (docs/fraud.md)."""
