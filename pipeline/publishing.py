"""Traffic that happens now: messages of a history that begins now, each handed over when its time has come."""

import time
from collections.abc import Mapping
from typing import Protocol

from pipeline.progress import Progress
from pipeline.simulator.history import history
from pipeline.simulator.lines import Line
from pipeline.simulator.messages import messages
from pipeline.simulator.plan import Plan
from pipeline.simulator.tally import Tally
from transforms.core.times import SECOND


class Publisher(Protocol):
    """Anything that takes messages."""

    def publish(self, data: bytes, attributes: Mapping[str, str]) -> None:
        """Take a message."""


def live_plan(plan: Plan, rate: int | None) -> Plan:
    """Let a plan happen now: from now on at a rate of events a second, or, without one, up to now."""
    now = time.time_ns() // 1000
    plan = plan._replace(envelope=True, redelivered=0.0)  # a topic gives every message an id, and delivers by itself
    if rate:
        return plan._replace(start=now, duration=max(SECOND, plan.events * SECOND // rate))
    return plan._replace(start=now - plan.duration)


def publish(plan: Plan, publisher: Publisher, progress: Progress, tally: Tally) -> tuple[int, int]:
    """Publish the messages of a plan when they are due; gives their number and bytes.

    What no message can hold, lines that are no push envelope, is left out.
    """
    number = size = 0
    for message in messages(history(plan), plan):
        if message.line:
            continue
        if (ahead := message.publish_time - time.time_ns() // 1000) > 0:
            time.sleep(ahead / SECOND)
        publisher.publish(message.data, message.attributes)
        tally.add(Line(message.data, message.message_id, message.items, message.is_whole))
        number += 1
        size += len(message.data)
        progress.add(len(message.items))
    return number, size
