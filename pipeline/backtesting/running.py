"""Running a backtest on this machine, from its settings to what it prints."""

import gzip
import sys
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path
from shutil import get_terminal_size
from typing import NamedTuple

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from options.backtest import Backtest
from options.faults import Fault, UsageError
from options.fraud_rules import MOST_TOLD
from pipeline import __version__
from pipeline.backtesting.comparing import compare
from pipeline.backtesting.flow import Ends, build
from pipeline.backtesting.judging import Truth, judge
from pipeline.backtesting.keeping import KeepFindings, KeepRead, read_findings, read_read
from pipeline.backtesting.labels import FORM, Label, read_labels
from pipeline.backtesting.results import Judgement, Result, RuleSet, ids_of
from pipeline.endpoints import resolve
from pipeline.endpoints.files import InputFile, ReadFiles
from pipeline.errors import in_words
from pipeline.progress import PROGRESS
from pipeline.report.backtest import summary
from pipeline.report.backtest_json import as_json
from pipeline.report.printing import print_text
from pipeline.report.progress import ProgressReport
from pipeline.surroundings import look_around
from transforms.core.fraud.rules import FraudRules
from transforms.core.rejects import GZIP_MAGIC


class _Found(NamedTuple):
    files: list[InputFile]
    contracts: dict[str, str]
    truth: Truth


def run(backtest: Backtest) -> None:
    """Run both sets of rules over the input, and print what comes of it.

    Raises:
        UsageError: the command line does not fit what is there; nothing was run.
        MillraceError: the run failed in a way that the person can mend.
    """
    with tempfile.TemporaryDirectory(prefix="millrace-") as folder:
        spool = Path(folder)
        found = _look_around(backtest, spool)
        _work(backtest, found, spool)
        result = _result(backtest, found, spool)
    text = as_json(result) if backtest.as_json else summary(result, get_terminal_size().columns)
    print_text(text, sys.stdout)


def label_faults(path: str) -> tuple[list[Label], list[Fault]]:
    """Read a file of labels, plain or gzip; gives all that is wrong with it too. Of no file ("") nothing is read."""
    try:
        lines = _lines(path) if path else []
    except (OSError, EOFError, ValueError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        return [], [_unusable(path, f"a file that can be read ({why}): {FORM}")]
    labels, wrong = read_labels(lines)
    name = Path(path).name
    faults = [_unusable(f"{name}, line {one.line}: {one.text}", f"a label ({one.why})") for one in wrong[:MOST_TOLD]]
    if more := len(wrong) - len(faults):
        faults.append(_unusable(f"{name}: {more} more lines that are no labels", FORM))
    return labels, faults


def _lines(path: str) -> list[bytes]:
    data = Path(path).read_bytes()
    return (gzip.decompress(data) if data.startswith(GZIP_MAGIC) else data).splitlines()


def _unusable(given: str, expected: str) -> Fault:
    return Fault("--labels", given, expected, "--labels fraud.jsonl")


def _look_around(backtest: Backtest, spool: Path) -> _Found:
    settings = backtest.settings
    event_type = settings.mapping.event_type if settings.mapping else ""
    files, contracts, faults = look_around(settings.inputs, settings.contracts, event_type, spool)
    labels, more = label_faults(backtest.labels)
    if faults or more:
        raise UsageError([*faults, *more])
    return _Found(files, contracts, Truth(labels))


def _work(backtest: Backtest, found: _Found, spool: Path) -> None:
    settings = backtest.settings
    this = resolve.Run("", "", found.files, resolve.notebook_of(settings), 0, found.contracts, str(spool))
    new, old = (resolve.steps(replace(settings, fraud_rules=rules), this) for rules in _both(backtest))
    ends = Ends(
        ReadFiles(found.files, settings.input_format, settings.max_message_bytes),
        KeepRead(spool / "read"),
        *(
            KeepFindings(_made(spool / side), rules, settings.fraud_from, found.truth)
            for side, rules in zip(("new", "old"), _both(backtest), strict=True)
        ),
    )
    PROGRESS.start(sum(file.size for file in found.files))
    with ProgressReport(sys.stderr, quiet=settings.quiet):
        try:
            with beam.Pipeline(runner=resolve.runner_for(settings), options=PipelineOptions([])) as root:
                build(root, ends, new, old)
        except Exception as error:
            if ours := in_words(error):
                raise ours from error
            raise


def _both(backtest: Backtest) -> tuple[FraudRules, FraudRules]:
    return backtest.settings.fraud_rules, backtest.against


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _result(backtest: Backtest, found: _Found, spool: Path) -> Result:
    new, old = (read_findings(spool / side) for side in ("new", "old"))
    ids = ids_of(*_both(backtest))
    judgement = None
    if backtest.labels:
        truth = found.truth
        judgement = Judgement(backtest.labels, truth.labels, judge(ids, new, truth), judge(ids, old, truth))
    return Result(
        version=__version__,
        inputs=backtest.settings.inputs,
        files=len(found.files),
        size=sum(file.size for file in found.files),
        read=read_read(spool / "read"),
        new=RuleSet.of(backtest.rules_name, backtest.settings.fraud_rules),
        old=RuleSet.of(backtest.against_name, backtest.against),
        compared=compare(ids, new, old),
        judgement=judgement,
        examples=backtest.examples,
    )
