"""Whether the packages imported are ours: others are called pipeline, options or transforms too."""

from importlib.util import find_spec
from pathlib import Path

PACKAGES = ("pipeline", "transforms", "options", "dashboard")


def check_distribution() -> str:
    """Give a fault as text where the packages do not come from one place, else the empty text."""
    places = {name: _folder(name) for name in PACKAGES}
    if len(set(places.values())) == 1:
        return ""
    lines = "".join(f"\n  {name}: {place or 'not found'}" for name, place in places.items())
    return (
        f"millrace: its packages come from different places, so another distribution is in the way:{lines}\n"
        "Install millrace in a virtual environment of its own."
    )


def _folder(name: str) -> str:
    spec = find_spec(name)
    return str(Path(spec.origin).resolve().parent.parent) if spec and spec.origin else ""
