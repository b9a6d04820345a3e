"""Counting as sets: any partition, order and repetition of the same sightings ends in the same sets."""

from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from transforms.core.gains import by_window, compact, every_cell, gain
from transforms.core.set_buffer import BOT, SetBuffer
from transforms.core.sets import Sets, pack, unpack
from transforms.core.unions import union, union_in_parts

SPREAD = 0x9E3779B97F4A7C15
U64 = st.integers(min_value=1, max_value=2**64 - 1)
FEW = st.sampled_from([1, 2, 3, 2**63, 2**64 - 1])


class Sighting(NamedTuple):
    name: str
    window: int
    bot: bool
    identity: int
    occurrence: int
    visitor: int


SIGHTINGS = st.lists(
    st.builds(
        Sighting,
        st.sampled_from(["/a", "/b", "/ü", "/d"]),
        st.sampled_from([0, 60_000_000, -60_000_000]),
        st.booleans(),
        FEW | U64,
        FEW | U64,
        st.just(0) | FEW | U64,
    ),
    max_size=40,
)


def partials(sightings: list[Sighting], flush_every: int, slots: int = 3) -> dict[int, list[bytes]]:
    buffer = SetBuffer()
    flushed: dict[int, list[bytes]] = {}

    def flush() -> None:
        for slot, partial in buffer.flush():
            flushed.setdefault(slot, []).append(partial)

    for number, seen in enumerate(sightings, 1):
        key = seen.name, seen.window
        cell = buffer.cells.get(key)
        if cell is None:
            cell = buffer.new_cell(seen.name, seen.window, len(seen.name.encode()) % slots)
            buffer.cells[key] = cell
        add(buffer, cell | (BOT if seen.bot else 0), seen.identity, seen.occurrence, seen.visitor)
        if number % flush_every == 0:
            flush()
    flush()
    return flushed


def add(buffer: SetBuffer, *sighting: int) -> None:
    """Add one sighting: cell, identity, occurrence, visitor."""
    buffer.add(*np.array(sighting, dtype=np.uint64).reshape(4, 1))


Held = tuple[set[int], set[int], set[int], set[int]]


def contents(sets: Sets) -> dict[tuple[str, int], Held]:
    """Unpack to plain sets, the long way round."""
    held = {}
    for cell in range(len(sets)):
        identities, sightings, bots, visitors = (
            set(column.values[column.cells == cell].tolist()) for column in sets.columns
        )
        held[sets.names[sets.name_of[cell]], int(sets.windows[cell])] = identities, sightings, bots, visitors
    return held


def expected(sightings: list[Sighting]) -> dict[tuple[str, int], Held]:
    held: dict[tuple[str, int], Held] = {}
    for seen in sightings:
        cell = held.setdefault((seen.name, seen.window), (set(), set(), set(), set()))
        cell[0].add(seen.identity)
        cell[1].add((seen.identity * SPREAD + seen.occurrence) % 2**64)
        if seen.bot:
            cell[2].add(seen.identity)
        if seen.visitor:
            cell[3].add(seen.visitor)
    return held


def united(flushed: dict[int, list[bytes]]) -> dict[tuple[str, int], object]:
    return {key: value for parts in flushed.values() for key, value in contents(union(parts)).items()}


@given(SIGHTINGS, st.integers(1, 10), st.randoms(use_true_random=False))
def test_union_is_the_set_of_sightings_however_they_came(sightings, flush_every, random):
    flushed = partials(sightings, flush_every)
    for parts in flushed.values():
        parts.extend(random.sample(parts, random.randint(0, len(parts))))
        random.shuffle(parts)
    assert united(flushed) == expected(sightings)


@given(SIGHTINGS, st.integers(1, 10), st.integers(1, 50))
def test_a_union_in_parts_is_the_union(sightings, flush_every, at_once):
    for parts in partials(sightings, flush_every).values():
        together: dict[tuple[str, int], Held] = {}
        for sets in union_in_parts(parts, at_once):
            held = contents(sets)
            assert not together.keys() & held.keys()
            sizes = [len(cell[0]) for cell in held.values()]
            assert sum(sizes) <= max(sizes, default=0) + at_once  # a cell is never parted
            together |= held
        assert together == contents(union(parts))


def test_a_union_in_parts_reads_no_more_than_it_unites():
    read = []

    class Watched:
        def __init__(self, partial):
            self.partial = partial

        def __getitem__(self, part):
            read.append(part.stop - part.start)
            return self.partial[part]

    parts = partials([Sighting(f"/{n % 8}", 0, False, n + 1, 1, 0) for n in range(800)], 400, slots=1)[0]
    sizes = []
    for sets in union_in_parts(map(Watched, parts), at_once=100):
        sizes.append(len(sets.identities.values))
        assert max(read) <= 8 * 100
    assert sizes == [100] * 8
    assert list(union_in_parts([])) == []


def test_occurrence_nought_is_no_sighting_and_pairs_are_told_apart():
    buffer = SetBuffer()
    cell = buffer.new_cell("/a", 0, 0)
    for identity, occurrence in ((1, 2), (2, 1), (1, 2), (3, 0)):
        add(buffer, cell, identity, occurrence, 0)
    ((_, partial),) = buffer.flush()
    assert contents(union([partial]))["/a", 0][:2] == ({1, 2, 3}, {(SPREAD + 2) % 2**64, (2 * SPREAD + 1) % 2**64})


@given(SIGHTINGS, st.integers(1, 5))
def test_counts_are_the_sizes_of_the_sets(sightings, flush_every):
    for parts in partials(sightings, flush_every).values():
        sets = union(parts)
        change = gain(None, sets, "final")
        want = contents(sets)
        keys = [(sets.names[name], int(window)) for name, window in zip(sets.name_of, sets.windows, strict=True)]
        assert [len(want[key][0]) for key in keys] == change.counted.tolist()
        assert [len(want[key][1]) for key in keys] == change.seen.tolist()
        assert change.changed.tolist() == list(range(len(sets)))


@given(SIGHTINGS, SIGHTINGS)
def test_a_gain_says_what_grew_and_nothing_else(first, second):
    before = partials(first, 5, slots=1).get(0, [])
    more = partials(second, 5, slots=1).get(0, [])
    if not before or not more:
        return
    old, new = union(before), union([*before, *more])
    change = gain(old, new, "late")
    was, now = contents(old), contents(new)
    keys = [(new.names[name], int(window)) for name, window in zip(new.name_of, new.windows, strict=True)]
    nothing: tuple[set[int], ...] = (set(), set(), set(), set())
    counts = {key: (now[key][0], *now[key][2:]) for key in keys}
    before_counts = {key: (was.get(key, nothing)[0], *was.get(key, nothing)[2:]) for key in keys}
    assert [keys[cell] for cell in change.changed] == [key for key in keys if counts[key] != before_counts[key]]
    assert change.seen.tolist() == [len(now[key][1]) - len(was.get(key, nothing)[1]) for key in keys]
    assert change.is_nothing == (was == now)
    assert change.counted.tolist() == [len(now[key][0]) - len(was.get(key, nothing)[0]) for key in keys]
    packed = pack(new)
    assert gain(union([packed]), union([packed, *more, *before]), "late").is_nothing


@given(SIGHTINGS, st.integers(50, 400))
def test_compacting_changes_no_set(sightings, limit):
    for parts in partials(sightings, 2).values():
        assert contents(union(compact(parts, limit))) == contents(union(parts))


@given(SIGHTINGS)
def test_packing_and_parting_by_window_lose_nothing(sightings):
    for parts in partials(sightings, 7).values():
        sets = union(parts)
        assert contents(unpack(pack(sets))) == contents(sets)
        parted = {key: held for _, part in by_window(sets) for key, held in contents(part).items()}
        assert parted == contents(sets)
        assert every_cell(sets).counted.sum() == 0


def test_a_flushed_buffer_starts_afresh():
    flushed = partials([Sighting("/a", 0, False, 1, 1, 1)] * 3, 1)
    assert [contents(unpack(part)) for part in flushed[2]] == [{("/a", 0): ({1}, {SPREAD + 1}, set(), {1})}] * 3


def test_a_name_and_window_may_have_several_cells():
    buffer = SetBuffer()
    add(buffer, buffer.new_cell("/a", 0, 0), 1, 0, 0)
    add(buffer, buffer.new_cell("/a", 0, 0), 2, 0, 0)
    ((_, partial),) = buffer.flush()
    assert contents(union([partial])) == {("/a", 0): ({1, 2}, set(), set(), set())}


def test_more_cells_than_the_radix_sort_takes():
    buffer = SetBuffer()
    for number in range(70_000):
        add(buffer, buffer.new_cell(f"/{number}", 0, 0), number + 1, 0, 0)
    ((_, partial),) = buffer.flush()
    held = contents_sizes(unpack(partial))
    assert held == {f"/{number}": number + 1 for number in range(70_000)}


def contents_sizes(sets: Sets) -> dict[str, int]:
    return {
        sets.names[sets.name_of[cell]]: value
        for cell, value in zip(sets.identities.cells.tolist(), sets.identities.values.tolist(), strict=True)
    }
