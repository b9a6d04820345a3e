"""What a live run tells of itself, from time to time: a line."""

from pipeline.endpoints.draining import DRAIN
from pipeline.endpoints.pubsub_pull import Source
from pipeline.endpoints.stalls import STALLS
from pipeline.progress import Progress
from pipeline.report.progress import Pace
from transforms.core.times import format_time

PACE = Pace(terminal=1.0, plain=10.0)


class LiveLine:
    """Writes the line, for a ProgressReport: what was pulled since the last one, how far it is, what is waited for."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._told_at, self._told_messages = 0.0, source.pulled_messages

    def __call__(self, _: Progress, seconds: float) -> str:
        """Write the line of a moment, so many seconds after the beginning."""
        pulled, watermark = self._source.pulled_messages, self._source.watermark
        rate = (pulled - self._told_messages) / (seconds - self._told_at)
        self._told_at, self._told_messages = seconds, pulled
        at = "nothing yet" if watermark is None else f"read up to {format_time(watermark)}"
        parts = [f"{pulled:,} messages, {rate:,.0f}/s", at]
        parts += [f"waiting for {stall.home} ({stall.why})" for stall in STALLS.current()]
        if DRAIN.is_set():
            parts.append("draining, which takes half a minute; Ctrl-C again stops at once")
        return "; ".join(parts)
