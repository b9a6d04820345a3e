"""Identities as 64-bit hashes: of events, visitors, and of the places where events were seen.

The hash is XXH3 with a secret seed. Keyed, so that a producer who does not know the seed cannot make two identities
meet; XXH3 and not SipHash, since it is five to ten times cheaper per call from Python and the harm of a
found collision is one uncounted view of the one who made it (docs/decisions.md). Among n identities of one URL and
window two meet by chance with a probability of about n*n / 2**65.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from xxhash import xxh3_64_intdigest

from transforms.core.records import Event, Origin, Reject

MASK = (1 << 64) - 1
_SEPARATOR = "\0"
FINGERPRINT_BYTES = 1024


def event_identities(events: Sequence[Event], seed: int) -> Iterator[int]:
    """Hash the (source, id) of each event: its id, under a seed made of its source."""
    seeds = {source: xxh3_64_intdigest(source.encode(), seed) for source in {event.source for event in events}}
    ids = [event.id.encode() for event in events]
    return map(xxh3_64_intdigest, ids, [seeds[event.source] for event in events])


def visitor_identities(data: Iterable[Mapping[str, Any]], seed: int) -> list[int]:
    """Hash the visitor of each event's data: the first present of user, session and address; 0 where there is none.

    A seed for each kind: a user "7" and a session "7" are two visitors.
    """
    users, sessions, addresses = (xxh3_64_intdigest(kind, seed) for kind in (b"user_id", b"session_id", b"ip"))
    return [
        xxh3_64_intdigest(value.encode(), users)
        if (value := fields.get("user_id"))
        else xxh3_64_intdigest(value.encode(), sessions)
        if (value := fields.get("session_id"))
        else xxh3_64_intdigest(value.encode(), addresses)
        if (value := fields.get("ip"))
        else 0
        for fields in data
    ]


def occurrences_of(origin: Origin, raws: Sequence[bytes], positions: Iterable[int], seed: int) -> list[int]:
    """Hash the places of a message's events, one number an event: message id, position, and the event's own content.

    The content, since files that begin alike share a fingerprint, and dumps made by hand a message id, and what they
    hold are different events all the same. Publish time and attributes too, where a message has any: they decide what
    becomes of an event, and a dump or a producer's retry may show one id with others.
    """
    name = origin.message_id + _SEPARATOR + origin.prefix + _delivery(origin)
    base = xxh3_64_intdigest(name.encode(), seed)
    return list(map(xxh3_64_intdigest, raws, [(base + position) & MASK for position in positions]))


def _delivery(of: Origin | Reject) -> str:
    """Write what a transport says beside the id, which nothing can forge; empty where it says nothing, as of a file."""
    if of.publish_time is None and not of.attributes:
        return ""
    return _SEPARATOR + repr((of.publish_time, sorted(of.attributes.items())))


def line_hash(line: bytes) -> str:
    """Hash a line for its public id: 16 hex digits, the same in every run and store."""
    return f"{xxh3_64_intdigest(line):016x}"


def dead_letter_id(reject: Reject) -> str:
    """Make the key of a dead letter: the same reject made twice is one row."""
    content = reject.unreadable.digest if reject.unreadable else line_hash(reject.payload)
    return stable_id(reject.message_id, reject.position, reject.stage, reject.reason, content, _delivery(reject))


def fingerprint(head: bytes) -> str:
    """Name a file by its first 1,024 decompressed bytes: renaming, rotating or compressing changes nothing."""
    return blake2b(head[:FINGERPRINT_BYTES], digest_size=12).hexdigest()


def stable_id(*parts: str) -> str:
    """Make a key of a row from the parts of its identity: 32 hex digits, no separator can be forged."""
    data = [part.encode("utf-8", "surrogatepass") for part in parts]
    return blake2b(b"".join([len(part).to_bytes(8, "big") + part for part in data]), digest_size=16).hexdigest()
