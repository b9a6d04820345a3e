"""The document of a benchmark says what was found, and whether it holds."""

from xml.etree import ElementTree as ET

from benchmarks.chart import Bar, chart
from benchmarks.document import Found, bars, document, table
from benchmarks.measuring import COUNTED, DISTINCT, LOOP, SPOILT, TEXTBOOK, WHOLE
from benchmarks.processes import Cost, Pair


def pair(start: float, micros: float, few: int, many: int) -> Pair:
    """A subject that takes so many microseconds an event, of a million."""
    return Pair(Cost(start, few), Cost(start + micros, many), 1_000_000)


MEGABYTE = 1_000_000
FOUND = Found(
    "Linux, x86_64, 2 cores, Python 3.11.7",
    1_001_000,
    1_000_000,
    {
        LOOP: [pair(0.1, 4.0, 30 * MEGABYTE, 430 * MEGABYTE), pair(0.1, 5.0, 30 * MEGABYTE, 430 * MEGABYTE)],
        COUNTED: [pair(1.4, 6.0, 190 * MEGABYTE, 210 * MEGABYTE), pair(1.4, 9.0, 190 * MEGABYTE, 212 * MEGABYTE)],
        WHOLE: [pair(2.6, 13.0, 200 * MEGABYTE, 240 * MEGABYTE), pair(2.6, 20.0, 200 * MEGABYTE, 240 * MEGABYTE)],
        SPOILT: [pair(1.4, 24.0, 190 * MEGABYTE, 240 * MEGABYTE), pair(1.4, 27.0, 190 * MEGABYTE, 240 * MEGABYTE)],
        TEXTBOOK: [pair(1.6, 36.0, 0, 0)],
        DISTINCT: [pair(1.6, 450.0, 0, 0)],
    },
    {},
    10_000_000,
    "1\t200.00\t2.000\t185\n10\t99.90\t1.500\t160\n",
    "plain loop 4.50 us\n",
    "payments\t20.0\t9.0\t7.0\t5.0\t41.0\nlogins\t9.0\t3.0\t2.0\t1.0\t15.0\n",
)
ROWS = [
    "| payments | 20.0 | 9.0 | 7.0 | 5.0 | 41.0 | at most 40: **does not hold** |",
    "| logins | 9.0 | 3.0 | 2.0 | 1.0 | 15.0 | at most 40: holds |",
    "| plain loop | 0.10 | 4.50 (4.00 to 5.00) | 1 |  |  |",
    (
        "| pipeline, `--no_archive` | 1.40 | 7.50 (6.00 to 9.00) | 1.65 (1.50 to 1.80)"
        " | at most 2.5: holds | at most 2: holds |"
    ),
    (
        "| pipeline, everything | 2.60 | 16.50 (13.00 to 20.00) | 3.62 (3.25 to 4.00)"
        " | at most 2.5: **does not hold** | at most 3: **does not hold** |"
    ),
    "| pipeline, `--no_archive` | 1,001,000 | 190 | 211 | 21.0 (20.0 to 22.0) | at most 32: holds |",
    "| pipeline, everything | 1,001,000 | 200 | 240 | 40.0 (40.0 to 40.0) | at most 32: **does not hold** |",
    (
        "| pipeline, `--no_archive`, every second event invalid | 25.50 (24.00 to 27.00) | 3.50 (3.00 to 4.00)"
        " | at most 5: holds | 50.0 (50.0 to 50.0) |"
    ),
    "| textbook's Beam, views | 1.60 | 36.0 | 8.0 |",
    "| textbook's Beam, distinct views | 1.60 | 450.0 | 100.0 |",
    "| 1 | 200.00 | 2.000 | 185 |",
    "| 10 | 99.90 | 1.500 | 160 |",
]


def test_rows():
    lines = document(FOUND).split("\n")
    assert [row for row in ROWS if row not in lines] == []


def test_where_and_how():
    text = document(FOUND)
    assert text.startswith("# Benchmarks\n\nWritten by `make bench`")
    assert "Linux, x86_64, 2 cores, Python 3.11.7; 1,001,000 page views" in text
    assert "10,000,000 events are measured with `make bench ARGS=--large`." in text
    assert text.endswith("```\nplain loop 4.50 us\n```\n")


def test_many_more_events_have_rows_of_their_own():
    large = FOUND._replace(large={COUNTED: [pair(1.4, 60.0, 190 * MEGABYTE, 250 * MEGABYTE)]})
    text = document(large)
    assert "| pipeline, `--no_archive` | 10,000,000 | 190 | 250 | 6.0 | at most 32: holds |" in text
    assert "ARGS=--large" not in text


def test_a_table():
    assert table(("", "n"), ("a", "1")) == "|  | n |\n|---|--:|\n| a | 1 |"


def test_the_chart():
    drawn = bars(FOUND)
    assert [(bar.label, round(bar.value, 2), bar.limit) for bar in drawn] == [
        ("plain loop", 1.0, None),
        ("Millrace without the archive", 1.65, 2.0),
        ("Millrace with everything", 3.62, 3.0),
        ("... every second event invalid", 5.7, None),
        ("textbook's Beam, views only", 8.0, None),
        ("... distinct views only", 100.0, None),
    ]
    root = ET.fromstring(chart(drawn))  # noqa: S314 - our own
    names = "{http://www.w3.org/2000/svg}"
    texts = [text.text for text in root.iter(f"{names}text")]
    assert {"plain loop", "1.65", "3.62", "100"} <= set(texts)
    widths = [float(rect.attrib["width"]) for rect in root.iter(f"{names}rect")][1:]
    assert widths == sorted(widths)
    assert widths[-1] == 440.0  # as long as the axis


def test_labels_are_escaped():
    root = ET.fromstring(chart([Bar("<a> & b", 2.0, "#000000")], "t < u"))  # noqa: S314
    assert "<a> & b" in [element.text for element in root.iter()]
