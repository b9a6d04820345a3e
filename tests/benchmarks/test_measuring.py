"""What is measured must give the loop's table, or there is no document."""

import pytest

from benchmarks.measuring import COUNTED, LOOP, SPOILT, WHOLE, Inputs, Measuring, make_inputs, rounds, write
from benchmarks.page_view_lines import half_spoilt, page_view_lines
from benchmarks.processes import Cost, FailedError, Pair, median_micros, ratios, run


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "events.jsonl"
    write(path, half_spoilt(page_view_lines(200)))
    return path


@pytest.fixture
def measuring(tmp_path, file):
    made = Measuring(tmp_path)
    made.loop(file)
    return made


def test_the_pipeline_gives_the_table_of_the_loop(measuring, file, tmp_path):
    assert measuring.refused == {file: 100}
    assert sum(row[2] for row in measuring.tables[file]) == 100
    cost = measuring.pipeline(file, "--no_archive")
    assert cost.cpu > 0.5  # it started Beam
    assert cost.peak > 50_000_000
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("column", [2, 3, 4], ids=["views", "bots", "visitors"])
def test_another_table_fails(measuring, file, column):
    measuring.tables[file][-1][column] += 1
    with pytest.raises(FailedError, match="the pipeline gave another table"):
        measuring.pipeline(file, "--no_archive")


def test_other_rejects_fail(measuring, file):
    measuring.refused[file] = 99
    with pytest.raises(FailedError, match="refused 100 events, the loop 99"):
        measuring.pipeline(file, "--no_archive")


def test_the_textbook_counts_the_same_distinct_views(tmp_path):
    good = tmp_path / "good.jsonl"
    write(good, page_view_lines(200))
    measuring = Measuring(tmp_path)
    measuring.loop(good)
    measuring.textbook(good, "--distinct")
    measuring.tables[good][0][2] += 1
    with pytest.raises(FailedError, match="the textbook's pipeline gave another table"):
        measuring.textbook(good, "--distinct")


def test_a_process_that_fails_is_told(tmp_path):
    with pytest.raises(FailedError, match=r"(?s)benchmarks.plain_loop ended with status 1: .*No such file"):
        run("benchmarks.plain_loop", str(tmp_path / "none.jsonl"), output=tmp_path / "out")


def test_inputs(tmp_path):
    inputs = make_inputs(tmp_path, 3000)
    counts = [len(path.read_bytes().splitlines()) for path in inputs[:4]]
    assert counts == [1000, 3000, 1000, 3000]


class Faked(Measuring):
    """Costs a second more per call, so that the order of calls can be read from the costs."""

    def __init__(self, folder):
        super().__init__(folder)
        self.calls: list[tuple[str, ...]] = []

    def cost(self, *call):
        self.calls.append(call)
        return Cost(float(len(self.calls)), 1)

    def loop(self, file):
        return self.cost("loop", file.name)

    def pipeline(self, file, *options):
        return self.cost("pipeline", file.name, *options)


def test_subjects_take_turns(tmp_path):
    faked = Faked(tmp_path)
    inputs = Inputs(tmp_path / "few", tmp_path / "many", tmp_path / "spoilt few", tmp_path / "spoilt", 2000)
    told: list[str] = []
    pairs = rounds(inputs, faked, 2, told.append)
    one_round = [
        ("loop", "few"),
        ("loop", "many"),
        ("pipeline", "few", "--no_archive"),
        ("pipeline", "many", "--no_archive"),
        ("pipeline", "few"),
        ("pipeline", "many"),
        ("pipeline", "spoilt few", "--no_archive"),
        ("pipeline", "spoilt", "--no_archive"),
    ]
    assert faked.calls == [("loop", "spoilt few"), ("loop", "spoilt"), *one_round, *one_round]
    assert list(pairs) == [LOOP, COUNTED, WHOLE, SPOILT]
    assert pairs[LOOP] == [Pair(Cost(3.0, 1), Cost(4.0, 1), 1000), Pair(Cost(11.0, 1), Cost(12.0, 1), 1000)]
    assert told == ["round 1 of 2", "round 2 of 2"]


def test_pairs():
    pairs = [Pair(Cost(1.0, 100), Cost(1.5, 400), 100_000), Pair(Cost(1.0, 100), Cost(3.0, 300), 100_000)]
    assert [pair.growth for pair in pairs] == [300, 200]
    assert median_micros(pairs) == pytest.approx(12.5)
    assert ratios(pairs, pairs[::-1]) == pytest.approx([0.25, 4.0])
