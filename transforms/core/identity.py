"""Identities as 64-bit hashes: of events, visitors, and of the places where events were seen.

The hash is XXH3 with a secret seed. Keyed, so that a producer who does not know the seed cannot make two identities
meet; XXH3 and not SipHash, since it is five to ten times cheaper per call from Python and the harm of a
found collision is one uncounted view of the one who made it (docs/decisions.md). Among n identities of one URL and
window two meet by chance with a probability of about n*n / 2**65.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from xxhash import xxh3_64_intdigest

from transforms.core.records import Event, Origin, Reject

MASK = (1 << 64) - 1
_SEPARATOR = "\0"
_USER, _SESSION, _ADDRESS = (kind + _SEPARATOR for kind in ("user_id", "session_id", "ip"))
FINGERPRINT_BYTES = 1024


def event_identities(events: Iterable[Event], seed: int) -> list[int]:
    """Hash the (source, id) of each event; the source's length keeps ("ab", "c") and ("a", "bc") apart."""
    return [xxh3_64_intdigest(f"{len(event.source)} {event.source}{event.id}".encode(), seed) for event in events]


def visitor_identities(events: Iterable[Event], seed: int) -> list[int]:
    """Hash each event's visitor: the first present of user, session and address; 0 where there is none.

    Tagged by kind: a user "7" and a session "7" are two visitors.
    """
    visitors: list[int] = []
    for event in events:
        get = event.data.get
        if value := get("user_id"):
            tagged = _USER + value
        elif value := get("session_id"):
            tagged = _SESSION + value
        elif value := get("ip"):
            tagged = _ADDRESS + value
        else:
            visitors.append(0)
            continue
        visitors.append(xxh3_64_intdigest(tagged.encode(), seed))
    return visitors


def occurrences_of(origin: Origin, raws: Sequence[bytes], positions: Iterable[int], seed: int) -> list[int]:
    """Hash the places of a message's events, one number an event: message id, position, and the event's own content.

    The content, since files that begin alike share a fingerprint, and dumps made by hand a message id, and what they
    hold are different events all the same.
    """
    base = xxh3_64_intdigest((origin.message_id + _SEPARATOR + origin.prefix).encode(), seed)
    return [xxh3_64_intdigest(raw, (base + position) & MASK) for raw, position in zip(raws, positions, strict=True)]


def line_hash(line: bytes) -> str:
    """Hash a line for its public id: 16 hex digits, the same in every run and store."""
    return f"{xxh3_64_intdigest(line):016x}"


def dead_letter_id(reject: Reject) -> str:
    """Make the key of a dead letter: the same reject made twice is one row."""
    content = reject.unreadable.digest if reject.unreadable else line_hash(reject.payload)
    return stable_id(reject.message_id, reject.position, reject.stage, reject.reason, content)


def fingerprint(head: bytes) -> str:
    """Name a file by its first 1,024 decompressed bytes: renaming, rotating or compressing changes nothing."""
    return blake2b(head[:FINGERPRINT_BYTES], digest_size=12).hexdigest()


def stable_id(*parts: str) -> str:
    """Make a key of a row from the parts of its identity: 32 hex digits, no separator can be forged."""
    digest = blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()
