"""Page views in the Bigtable emulator, and what is read of them."""

from datetime import timedelta

import pytest
from google.cloud.bigtable import Client

from pipeline.endpoints import bigtable as home
from pipeline.endpoints.bigtable import StoreInBigtable
from pipeline.endpoints.bigtable_reading import ServedPageViews
from pipeline.errors import StoreError
from pipeline.provisioning.bigtable import provision_bigtable
from tests.emulators.rows import MINUTE, TEN, page_views, write
from transforms.core.records import PageViews
from transforms.core.row_keys import Served

LONG = "/" + "\N{GRINNING FACE}" * 2047


@pytest.fixture
def served(bigtable):
    with ServedPageViews(bigtable) as reading:
        yield reading


def stored(bigtable, *rows):
    write(rows, PageViews, StoreInBigtable(bigtable, is_live=False))


def test_a_series_is_in_order_and_shows_the_greatest_pane(bigtable, served):
    stored(bigtable, page_views("/a", 2, 7), page_views("/a", 0, 3, "early"), page_views("/a#x", 0, 50))
    stored(bigtable, page_views("/a", 0, 9, "on_time"), page_views("/a", 1, 1), page_views("/b", 1, 4))
    stored(bigtable, page_views("/a", 0, 5, "early"))
    assert served.series("/a", TEN, TEN + 10 * MINUTE) == [
        Served("/a", TEN, TEN + MINUTE, 9, 4, 9),
        Served("/a", TEN + MINUTE, TEN + 2 * MINUTE, 1, 0, 1),
        Served("/a", TEN + 2 * MINUTE, TEN + 3 * MINUTE, 7, 3, 7),
    ]
    assert [one.views for one in served.series("/a", TEN + MINUTE, TEN + 2 * MINUTE)] == [1]


def test_the_top_of_some_minutes_is_a_sum_over_them_alone(bigtable, served):
    stored(bigtable, *(page_views(f"/{number}", minute, number) for number in range(1, 60) for minute in (0, 1, 2)))
    stored(bigtable, page_views("/1", 1, 1000), page_views("/2", 9, 9999))
    assert served.top(TEN + MINUTE, TEN + 3 * MINUTE, 3) == [("/1", 1001), ("/59", 118), ("/58", 116)]
    assert len(served.windows(TEN, TEN + MINUTE)) == 59


def test_a_url_that_is_longer_than_a_key_is_whole(bigtable, served):
    stored(bigtable, page_views(LONG, 0, 3), page_views(LONG + "x", 0, 4))
    assert served.top(TEN, TEN + MINUTE, 2) == [(LONG + "x", 4), (LONG, 3)]
    assert [one.views for one in served.series(LONG, TEN, TEN + MINUTE)] == [3]


def test_what_is_a_day_old_is_collected_by_a_rule(bigtable):
    project, instance, table = home.TablePath.of(bigtable)
    families = Client(project=project, admin=True).instance(instance).table(table).list_column_families()
    assert {name: family.gc_rule.max_age for name, family in families.items()} == {"v": timedelta(hours=24)}


def test_a_missing_table_ends_a_run_in_words(bigtable_server):
    missing = "projects/local-dev/instances/serving/tables/nowhere"
    with pytest.raises(StoreError, match=r"nowhere.*NOT_FOUND.*python -m pipeline\.provision"):
        stored(missing, page_views("/a", 0, 1))


def test_provisioning_again_changes_nothing_and_tells_another_rule(bigtable):
    assert list(provision_bigtable(bigtable, dry_run=False)) == []
    project, instance, table = home.TablePath.of(bigtable)
    family = Client(project=project, admin=True).instance(instance).table(table).column_family("v")
    family.update()
    [drift] = provision_bigtable(bigtable, dry_run=False)
    assert (drift.act, drift.what) == ("differs", "family v collects nothing, expected cells older than 24 h")
