"""Ten thousand card numbers through the real command: none is in any byte that it writes, and nothing else changes."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.flow.archives import rows_of
from tests.flow.card_hunt import everything_written, packed, seeded_cards, seen_cards
from tests.flow.card_spellings import LOG, PLAIN, SPELLINGS, Deck, Line, field_lines
from tests.golden.test_golden import MAPPED
from tests.pipeline.runs import ended, start
from tests.program import added_up, read_tables, run_here, select

SEED = 20260917
SHARES = {"events": (9000, SPELLINGS | field_lines(), ()), "log": (500, LOG, ()), "plain": (500, PLAIN, MAPPED)}
CARDS = seeded_cards(10_000, SEED)
LENIENT = ("--max_reject_ratio", "1")


def shuffle_out(cards: list[str], lines: dict[str, Line]) -> tuple[bytes, Counter[str], int]:
    """Play the spellings in turn until the cards are used up; give the file, its events' fates, how many are masked."""
    deck, written, fates, masked = Deck(cards), [], Counter[str](), 0
    try:
        while True:
            for line in lines.values():
                written.append(line.make(deck))
                fates.update(line.fates)
                masked += len(line.fates) * line.masked
    except StopIteration:
        return b"\n".join(written) + b"\n", fates, masked


def leaks(parts: list[tuple[str, bytes]], cards: frozenset[str]) -> dict[str, set[str]]:
    return {name: seen for name, data in parts if (seen := seen_cards(data, cards))}


@pytest.mark.parametrize("share", SHARES)
def test_no_card_is_in_any_byte(share: str, tmp_path: Path) -> None:
    number, lines, options = SHARES[share]
    first = {"events": 0, "log": 9000, "plain": 9500}[share]
    dealt = CARDS[first : first + number]
    data, fates, hit = shuffle_out(dealt, lines)
    cards = frozenset(dealt)
    assert len(cards - seen_cards(data, cards)) < 5  # the search knows all spellings; the last line was not finished
    path, out = tmp_path / "input.gz", tmp_path / "out"
    path.write_bytes(packed(data))
    seen = ended(start("--input", path, "--output", out, *LENIENT, *options))
    assert seen.status == 0
    written = [*everything_written(out), ("stdout", seen.out.encode()), ("stderr", seen.err.encode())]
    assert leaks(written, cards) == {}

    received, counted, duplicate, rejected, masked = added_up(read_tables(out)["ledger"])
    assert (received, counted, duplicate) == (fates.total(), fates["admitted"], 0)
    assert rejected == {reason: number for reason, number in fates.items() if reason != "admitted"}
    assert masked == hit

    assert run_here(tmp_path / "again", "--input", out / "archive", *LENIENT, *options) == 0
    assert read_tables(tmp_path / "again") == read_tables(out)
    assert rows_of(tmp_path / "again") == rows_of(out)


# Identities


def envelope(deck: Deck, note: str, event_id: str) -> bytes:
    return deck.push(deck.event({"url": "/a", "note": note}, id=event_id))


@pytest.mark.parametrize("notes", [CARDS[:3], ["one", "two", "three"]])
def test_events_that_differ_by_a_card_fare_as_those_that_differ_by_a_word(notes: list[str], tmp_path: Path) -> None:
    deck = Deck([])
    same = [deck.event({"url": "/a", "note": note}, id="same") for note in notes]
    others = [envelope(deck, note, f"other-{number}") for number, note in enumerate(notes)]
    path = tmp_path / "input"
    path.write_bytes(b"\n".join([*same, *others, others[0]]) + b"\n")
    assert run_here(tmp_path / "out", "--input", path) == 0
    tables = read_tables(tmp_path / "out")
    assert tables["page_views"] == [["/a", "2026-09-17T10:40:00Z", "2026-09-17T10:41:00Z", 4, 0, 0]]
    assert added_up(tables["ledger"])[:4] == [6, 4, 2, {}]  # what is delivered again is received once


def test_ids_that_look_like_cards_stay_and_are_distinct(tmp_path: Path) -> None:
    deck, ids = Deck([]), CARDS[:2000]
    events = [deck.event({"url": "/a"}, id=one, source=f"//s/{one}") for one in ids]
    pushed = [deck.push(deck.event({"url": "/b"}, id=one), messageId=one) for one in ids]
    path = tmp_path / "input"
    path.write_bytes(b"\n".join([*events, *pushed]) + b"\n")
    assert run_here(tmp_path / "out", "--input", path) == 0
    assert select(tmp_path / "out", "SELECT url, views FROM page_views") == [["/a", 2000], ["/b", 2000]]
    assert added_up(read_tables(tmp_path / "out")["ledger"]) == [4000, 4000, 0, {}, 0]
    rows = [json.loads(row["data"]) | {"message": row["message_id"]} for row in rows_of(tmp_path / "out")]
    assert {(row["id"], row["source"]) for row in rows} == {
        *((one, f"//s/{one}") for one in ids),
        *((one, "//s") for one in ids),
    }
    assert {row["message"] for row in rows if row["source"] == "//s"} == set(ids)
