"""Coders of the batches that travel between steps."""

import pickle
from typing import Any

from apache_beam import coders

from transforms.core.records import EventBatch, Message, ParsedEvents, RawEvents

_ESTIMATE = 1 << 16


class BatchCoder(coders.Coder):
    """Pickles a batch. Runners sample the size of elements by encoding them: here they get a cheap guess instead."""

    def encode(self, value: Any) -> bytes:
        """Pickle."""
        return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)

    def decode(self, encoded: bytes) -> Any:
        """Unpickle; the bytes come from a worker of the same job."""
        return pickle.loads(encoded)  # noqa: S301

    def estimate_size(self, value: Any) -> int:  # noqa: ARG002 - the signature is Beam's
        """Guess the size of a batch of file lines, in bytes."""
        return _ESTIMATE

    def is_deterministic(self) -> bool:
        """No batch is a key."""
        return False


for _batch in (Message, RawEvents, ParsedEvents, EventBatch):
    coders.registry.register_coder(_batch, BatchCoder)
