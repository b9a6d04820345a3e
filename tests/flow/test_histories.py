"""Random histories through the real command, against the oracle: page views, dead letters and ledgers, row by row.

A history is some runs into one output, over files in all forms, with duplicates, late and malformed events, messages
delivered again, and files that come again renamed, compressed, longer or in parts; some runs die on the way. With those
that the laws are tried on (``test_laws.py``) it is 56 of them; ``make soak-test`` tells more than a thousand.
"""

import signal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import note
from hypothesis import strategies as st

from tests.histories.clock import Clock
from tests.histories.counts import drawn
from tests.histories.crashing import crash
from tests.histories.drawing import histories
from tests.histories.plans import History
from tests.histories.running import judged, run, status, stored, words
from tests.pipeline.runs import is_sound


@drawn(26, 850, history=histories())
def test_random_histories(history: History):
    told = history.at(Clock())
    note(repr(told))
    with TemporaryDirectory() as folder:
        out = run(told, Path(folder), "--no_archive")
        assert stored(out) == judged(told)


@drawn(6, 150, history=histories(), act=st.integers(1, 25))
def test_runs_of_which_one_died_before(history: History, act: int):
    """It dies with its ``act``-th write half done, if there are so many, and is made again with the others."""
    told = history.at(Clock())
    note(repr(told))
    with TemporaryDirectory() as name:
        folder = Path(name)
        number = history.order[-1]
        assert crash(folder / "out", words(told, folder, number), act) in (-signal.SIGKILL, status(told, number))
        out = run(told, folder)
        assert stored(out) == judged(told)
        assert is_sound(out)
