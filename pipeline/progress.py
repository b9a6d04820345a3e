"""How far the input is read: a count in this process, for the progress line of a local run.

Workers of a local run live in the process of the command; elsewhere nobody looks at the count and it costs nothing.
"""


class Progress:
    """Counts bytes read of the bytes there are."""

    def __init__(self) -> None:
        self.read = 0
        self.total = 0

    def start(self, total: int) -> None:
        """Begin anew."""
        self.read, self.total = 0, total

    def add(self, size: int) -> None:
        """Count bytes read (negative: handed back)."""
        self.read += size


PROGRESS = Progress()
