"""Telling pages that the store has changed: one watcher for all, server-sent events to each."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

from dashboard.store import Store

LOOK_SECONDS = 1.0
"""Between two looks at the store: with reading and drawing, new numbers are seen well within 5 s of being stored."""
BEAT_SECONDS = 15.0
MOST_LISTENERS = 200


class Watcher:
    """Looks at the store's mark, and wakes everybody who listens when it has changed.

    Args:
        store: what is watched.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._mark = ""
        self._woken = asyncio.Condition()
        self.listeners = 0
        self._is_over = False

    async def stop(self) -> None:
        """Let everybody who listens go: the service ends."""
        async with self._woken:
            self._is_over = True
            self._woken.notify_all()

    async def watch(self) -> None:
        """Look for ever."""
        while True:
            with suppress(OSError):
                mark = await asyncio.to_thread(self._store.change)
                if mark != self._mark:
                    async with self._woken:
                        self._mark = mark
                        self._woken.notify_all()
            await asyncio.sleep(LOOK_SECONDS)

    async def events(self) -> AsyncIterator[bytes]:
        """Give an event at once and after each change, and a sign of life in between, as server-sent events."""
        self.listeners += 1
        try:
            yield b"retry: 2000\n\n"
            seen = None
            while not self._is_over:
                if seen == self._mark:
                    yield b": still here\n\n"
                else:
                    seen = self._mark
                    yield f"event: change\ndata: {json.dumps({'change': seen})}\n\n".encode()
                await self._changed(seen)
        finally:
            self.listeners -= 1

    async def _changed(self, seen: str) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(BEAT_SECONDS), self._woken:
                await self._woken.wait_for(lambda: self._is_over or self._mark != seen)
