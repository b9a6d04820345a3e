"""A live run that notes what it does: ``python -m benchmarks.live_probe FILE SUBSCRIPTION OPTION ...``.

It is the command itself, ``python -m pipeline``, with a thread beside it that writes a line of JSON into a file four
times a second, and at the end one with the CPU time of the bundles of each stage.
"""

import json
import runpy
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import IO

from apache_beam.runners.worker.bundle_processor import BundleProcessor

from pipeline.endpoints.pubsub_pull import Source, source_of

LOOK_SECONDS = 0.25
MAX_UNWRITTEN = 1 << 28


class StageClock:
    """Adds up the CPU time of the threads that work on bundles, by stage, without that of others that help them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: Counter[str] = Counter()

    def install(self) -> None:
        """Time all bundles of this process from now on."""
        process = BundleProcessor.process_bundle

        def timed(bundle: BundleProcessor, *arguments: object) -> object:
            begun = time.thread_time()
            try:
                return process(bundle, *arguments)
            finally:
                with self._lock:
                    self._seconds[_stage(bundle)] += time.thread_time() - begun

        BundleProcessor.process_bundle = timed

    def seconds(self) -> dict[str, float]:
        """Give CPU seconds by stage."""
        with self._lock:
            return dict(self._seconds)


def _stage(bundle: BundleProcessor) -> str:
    """Name the steps of the flow that a stage is of."""
    transforms = bundle.process_bundle_descriptor.transforms.values()
    names = (one.unique_name.partition("/")[0] for one in transforms if "/" in one.unique_name)
    return " + ".join(sorted(set(names)))


def _note(source: Source, file: IO[str], ended: threading.Event) -> None:
    while not ended.wait(LOOK_SECONDS):
        note = {"at": time.time(), "messages": source.pulled_messages, "watermark": source.watermark}
        file.write(json.dumps(note) + "\n")


def main(path: str, subscription: str, options: list[str]) -> None:
    """Run the command to its end; it ends the process."""
    ended, clock = threading.Event(), StageClock()
    clock.install()
    with Path(path).open("w", encoding="utf-8", buffering=1) as file:
        watched = source_of(subscription, MAX_UNWRITTEN)
        notes = threading.Thread(target=_note, args=(watched, file, ended))
        notes.start()
        given = ("--input_subscription", subscription, "--max_unwritten", f"{MAX_UNWRITTEN}")
        sys.argv = ["pipeline", *given, *options]
        try:
            runpy.run_module("pipeline", run_name="__main__", alter_sys=True)
        finally:
            ended.set()
            notes.join()
            file.write(json.dumps({"stages": clock.seconds()}) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
