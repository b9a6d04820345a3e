"""Decompressing what the strings of a text hold, within one bound for all of them together."""

from transforms.core.rejects import EventRejected
from transforms.core.splitting import gunzip


class Unpacker:
    """Decompresses gzip as long as there is room.

    Args:
        room: how many bytes may come out in all. A few hundred bytes can name as many as one likes, since what is
            unpacked may hold more of the kind.
    """

    def __init__(self, room: int) -> None:
        self._room = room

    def gunzip(self, data: bytes) -> bytes:
        """Decompress data.

        Raises:
            EventRejected: it does not decompress, or to more than there is room for.
        """
        try:
            content = gunzip(data, self._room)
        except EventRejected:
            self._room //= 2  # how much came out before it failed is not known
            raise
        self._room -= len(content)
        return content
