"""An evaluation from end to end: one small history."""

from benchmarks.evaluate import main
from benchmarks.fraud_document import BY_HAND


def test_a_small_evaluation(tmp_path, capsys):
    path = tmp_path / "evaluation.md"
    path.write_text(f"old\n{BY_HAND}\n\n## By hand\n", encoding="utf-8")
    small = ("--seeds", "1", "--attacks", "8", "--hard_negatives", "8", "--events", "1000", "--days", "2")
    assert main([*small, "--document", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    command = 'make evaluate ARGS="--seeds 1 --attacks 8 --hard_negatives 8 --events 1000 --days 2"'
    assert text.startswith(f"# How well the fraud rules find what was played\n\nWritten by `{command}`;")
    assert text.endswith(f"\n\n{BY_HAND}\n\n## By hand\n")
    assert "old" not in text.split("\n")
    assert text.partition(f"\n{BY_HAND}")[0] == capsys.readouterr().out.removesuffix("\n")
    burst = next(line for line in text.split("\n") if line.startswith("| card_testing_burst | 1 | 1 |"))
    assert burst.count("(to") == 2
