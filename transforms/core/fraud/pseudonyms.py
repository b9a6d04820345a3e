"""Pseudonyms: what stands for a person in alerts, so that no e-mail address does, and with a key no identifier."""

import re
from hashlib import blake2b

PERSONAL = frozenset({"ip", "device", "card", "account"})
_KEY_BYTES = 64  # as many as BLAKE2b takes


class Pseudonyms:
    """Names people by keyed hashes.

    Args:
        key: the secret; without one only what looks like an e-mail address is hashed, by a hash that all know.
    """

    def __init__(self, key: bytes = b"") -> None:
        self._key = blake2b(key, digest_size=_KEY_BYTES).digest() if key else b""

    def name(self, kind: str, value: str) -> str:
        """Give the name of a value: an IP, a device, a card, an account, or another part of an entity."""
        if self._key and kind in PERSONAL:
            return blake2b(value.encode(), digest_size=16, key=self._key, person=kind.encode()).hexdigest()
        if "@" in value:
            return f"e-mail {blake2b(value.lower().encode(), digest_size=8, person=kind.encode()[:16]).hexdigest()}"
        return value

    def entity(self, entity_type: str, text: str) -> str:
        """Give the name of an entity that was written by a person, joined values by their parts."""
        kinds = entity_type.split("|")
        if len(kinds) == 1:
            return self.name(entity_type, text)
        parts = [re.sub(r"\\(.)", r"\1", part) for part in split_entity(text)]
        if len(parts) != len(kinds):
            return text
        return entity_name(*map(self.name, kinds, parts))


def key_fingerprint(key: bytes) -> str:
    """Tell a key from others without telling it."""
    return f"a key of fingerprint {blake2b(key, digest_size=6, person=b'fingerprint').hexdigest()}" if key else "none"


def entity_name(*parts: str) -> str:
    """Join the values that make an entity by bars; a bar in one is escaped."""
    text = "|".join(parts)
    if text.count("|") < len(parts) and "\\" not in text:
        return text
    return "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)


def split_entity(text: str) -> list[str]:
    """Part an entity at its bars, with the escapes still in the parts."""
    return [match.group() for match in re.finditer(r"(?:\\.|[^|\\])+", text)]
