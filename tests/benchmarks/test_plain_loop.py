"""The benchmark compares like with like: the plain loop and the steps give the same table."""

from benchmarks.page_view_lines import page_view_lines
from benchmarks.plain_loop import count
from benchmarks.steps import blocks, main
from tests.core.admission import admit
from transforms.core.page_views import ViewCollector, ViewRules, page_views
from transforms.core.times import MINUTE
from transforms.core.unions import union


def test_the_loop_and_the_steps_give_the_same_table():
    lines = list(page_view_lines(3000))
    collector = ViewCollector(ViewRules(shards=1, seed=1))
    for message in blocks(lines):
        collector.add(admit(message).events)
    sets = union(partial for _, partial in collector.buffer.flush())
    rows = page_views(sets, range(len(sets)), MINUTE, "final")
    table = [(row.url, row.window_start // MINUTE, row.views, row.bot_views, row.visitors) for row in rows]
    assert (sorted(table), 0) == count(lines)


def test_it_prints_a_row_per_step(capsys):
    main(500)
    names = [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()]
    assert names[0] == "plain loop"
    assert names[-1] == "all steps"
    assert {"open", "parse", "validate", "(of it masking)", "count", "ledger", "flush", "unite"} <= set(names)
