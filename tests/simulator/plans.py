"""Plans for tests: the command's defaults, and what a test changes."""

from typing import Any

from options.simulation import read_simulation
from pipeline.simulator.plan import Plan


def plan(events: int = 5_000, **changes: Any) -> Plan:
    """Make a plan; ``changes`` are the values of options as they are read."""
    values = read_simulation(["--events", str(events), "--output", "-"]) | changes
    return Plan(*(values[name] for name in Plan._fields))
