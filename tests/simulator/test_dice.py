"""Random numbers: the known ones, on every platform and in every version."""

from collections import Counter

from pipeline.simulator.dice import WORD, Dice, chance, spread


def test_a_stream_is_known_for_good():
    dice = Dice(7, "times")
    assert [dice.bits() for _ in range(4)] == [4183679221, 3666393732, 3777318847, 766870432]


def test_seeds_and_names_have_streams_of_their_own():
    streams = [[dice.bits() for _ in range(4)] for dice in (Dice(7, "a"), Dice(7, "b"), Dice(8, "a"), Dice(7, "a"))]
    assert streams[0] == streams[3]
    assert len({tuple(stream) for stream in streams}) == 3


def test_below_gives_every_number_below_and_no_other():
    dice = Dice(1, "below")
    counts = Counter(dice.below(6) for _ in range(60_000))
    assert counts.keys() == set(range(6))
    assert all(9_700 < count < 10_300 for count in counts.values())
    assert {dice.below(1) for _ in range(10)} == {0}


def test_a_weight_says_how_often_a_value_is_picked():
    dice = Dice(1, "pick")
    assert spread((("a", 2), ("b", 0), ("c", 1))) == ("a", "a", "c")
    counts = Counter(dice.pick(spread((("a", 9), ("b", 1)))) for _ in range(10_000))
    assert 880 < counts["b"] < 1_120


def test_chances_are_bounds_of_bits():
    assert (chance(0), chance(0.25), chance(1)) == (0, WORD // 4, WORD)
