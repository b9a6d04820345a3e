"""What becomes of an event in a run: counted, a duplicate, or refused for a reason (``transforms.core.reasons``)."""

COUNTED = "counted"
DUPLICATE = "duplicate"
REDELIVERED = "redelivered"
"""Of a message that was delivered before under the same id: it is not received again."""
