"""Plans for the laws: files that can be dealt anew, and events that have nothing to do with any other."""

import json
from collections.abc import Sequence
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.histories import packing
from tests.histories.clock import MINUTE, Clock, Text
from tests.histories.data import GOOD, PAGE_VIEW
from tests.histories.drawing import json_files, log_files
from tests.histories.events import cloud_events, no_events
from tests.histories.messages import array
from tests.histories.plans import History, Plan

UNRELATED = "/unrelated/"


@st.composite
def unlike_files(draw, *, ids_only: bool = False) -> tuple[Plan, ...]:
    """Files no two of which begin alike, without messages: what stands in them does not depend on where it stands.

    With ``ids_only`` every event in them has an id of its own, so that it stays the same wherever it is put.
    """
    event = cloud_events()
    line = event | event | no_events.filter(is_no_message) | st.lists(event, min_size=2, max_size=3).map(_array)
    files = json_files(line) if ids_only else json_files(line) | log_files()
    drawn = draw(st.lists(files, min_size=1, max_size=3))
    return tuple(_unlike(number, sound(plan)) for number, plan in enumerate(drawn))


def is_no_message(text: Text) -> bool:
    return b'"message": {' not in text(Clock())


def _array(texts: list[Text]) -> Text:
    return lambda clock: array([text(clock) for text in texts]).replace(b"\n", b" ")


def sound(plan: Plan) -> Plan:
    """Make a plan whose file is read to its end."""
    return plan._replace(is_ended=True, packing=packing.packed if plan.packing in packing.BROKEN else plan.packing)


def _unlike(number: int, plan: Plan) -> Plan:
    first = _request(number) if plan.form == "log" else event_text(number, PAGE_VIEW, f"/first/{number}")
    return plan._replace(lines=(first, *plan.lines))


def _request(number: int) -> Text:
    return lambda clock: (
        f'192.0.2.{number} - - [{clock.logged(0, abroad=False)}] "GET /{number} HTTP/1.1" 200 5'.encode()
    )


def event_text(number: int, kind: str, url: str = "") -> Text:
    """A good event that is like no drawn one."""
    data: dict[str, Any] = GOOD[kind] | ({"url": url, "user_id": f"u{number}"} if kind == PAGE_VIEW else {})
    event = {"specversion": "1.0", "id": f"u{number}", "source": "unrelated", "type": kind, "data": data}
    return lambda clock: json.dumps(event | {"time": clock.rfc3339(number * MINUTE // 3)}).encode()


@st.composite
def unrelated_events(draw) -> list[Text]:
    """Events with ids and URLs of their own."""
    kinds = draw(st.lists(st.sampled_from(sorted(GOOD) + [PAGE_VIEW] * 6), min_size=1, max_size=8))
    return [event_text(number, kind, f"{UNRELATED}{number % 3}") for number, kind in enumerate(kinds)]


def mixed_in(files: Sequence[Plan], events: list[Text], random: Random) -> tuple[Plan, ...]:
    """Put events between the lines of files, and the rest of them into a file of their own."""
    grown = []
    for plan in files:
        lines = list(plan.lines)
        for event in random.sample(events, len(events) // 2):
            lines.insert(random.randint(1, len(lines)), event)
        grown.append(plan._replace(lines=tuple(lines)))
    return (*grown, Plan(tuple(events)))


def dealt_anew(files: Sequence[Plan], random: Random) -> tuple[Plan, ...]:
    """Shuffle the files, and the lines of each but the first, by which its form is known."""
    shuffled = [
        plan._replace(lines=(plan.lines[0], *random.sample(plan.lines[1:], len(plan.lines) - 1))) for plan in files
    ]
    return tuple(random.sample(shuffled, len(shuffled)))


def unbounded(history: History) -> History:
    """Take away what depends on lengths: bounds, and files that are cut off."""
    names = ("max_message_bytes", "max_decompressed_bytes", "max_nesting", "max_events_per_message")
    options = history.options._replace(**{name: type(history.options)._field_defaults[name] for name in names})
    return history._replace(options=options, inputs=tuple(tuple(map(sound, files)) for files in history.inputs))
