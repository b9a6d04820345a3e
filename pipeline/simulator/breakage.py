"""Messages that must be refused as a whole, and the few whose fault is their size."""

from collections.abc import Callable, Mapping

import msgspec

from pipeline.simulator.dice import Dice
from pipeline.simulator.framing import NO_ATTRIBUTES, SAID
from pipeline.simulator.gzipping import bomb, stored
from pipeline.simulator.records import Broken, Item
from pipeline.simulator.times import written
from transforms.core.reasons import Reason
from transforms.core.splitting import Bounds

Break = Callable[[Item, Dice], Broken]

_BOUNDS = Bounds()


def _not_decompressible(item: Item, dice: Dice) -> Broken:
    """Cut gzip off, break it, name an encoding that nobody knows, or call plain text gzip."""
    text = item.encoded()
    zipped = stored(text)
    ways: tuple[tuple[bytes, Mapping[str, str]], ...] = (
        (zipped[: dice.below(len(zipped) - 3) + 3], NO_ATTRIBUTES),
        (zipped[:10] + b"\xff" * 40, SAID),
        (text, SAID),
        (text, {"content-encoding": "br"}),
    )
    return Broken(item, *dice.pick(ways))


def _bad_envelope(item: Item, dice: Dice) -> Broken:
    good = {"data": "e30=", "attributes": {}, "messageId": item.id, "publishTime": written(item.sent)}
    wrong = ({"data": "not base64"}, {"attributes": {"retries": 3}}, {"publishTime": "now"}, {"messageId": 7})
    line = msgspec.json.encode({"message": good | dice.pick(wrong)})
    return Broken(item, line=line)


def _too_large(item: Item, _: Dice) -> Broken:
    """Make a line of more than the bound; in an envelope it would be a third larger still."""
    line = item.encoded()[:-1] + b',"comment":"' + b"x" * _BOUNDS.message_bytes + b'"}'
    return Broken(item, line=line)


def _too_many_events(item: Item, _: Dice) -> Broken:
    data = b"[" + b"0," * _BOUNDS.events_per_message + b"0]"
    return Broken(item, data)


def _decompressed_too_large(item: Item, _: Dice) -> Broken:
    return Broken(item, bomb(_BOUNDS.decompressed_bytes + 1))


_BREAKS: dict[Reason, Break] = {
    Reason.BAD_ENVELOPE: _bad_envelope,
    Reason.NOT_DECOMPRESSIBLE: _not_decompressible,
    Reason.TOO_LARGE: _too_large,
    Reason.TOO_MANY_EVENTS: _too_many_events,
    Reason.DECOMPRESSED_TOO_LARGE: _decompressed_too_large,
}
IN_FILES = (Reason.BAD_ENVELOPE,)
IN_MESSAGES = (*IN_FILES, Reason.NOT_DECOMPRESSIBLE)
BULKY_IN_FILES = (Reason.TOO_LARGE, Reason.TOO_MANY_EVENTS)
BULKY_IN_MESSAGES = (*BULKY_IN_FILES, Reason.DECOMPRESSED_TOO_LARGE)
"""What can be wrong with lines of a file of events, and with messages; the bulky ones take megabytes."""


def broken(reason: Reason, item: Item, dice: Dice) -> Broken:
    """Make a message that is refused for a reason of those above, in the place of a good event."""
    return _BREAKS[reason](item, dice)._replace(item=Item(item.sent, "", "", "", "", "", reason))
