"""The table of the simulator's options."""

from enum import StrEnum

from options.cloud_table import TOPIC
from options.kinds import Count, Duration, Flag, Ratio, Text
from options.option import Option
from options.simulation_kinds import Moment, Weights

KINDS = ("page_view", "request", "login", "payment", "change")


class Group(StrEnum):
    """The headings under which options are shown, in this order."""

    HISTORY = "What happens"
    WRONG = "What goes wrong (ratios are of all events)"
    FORM = "How it is sent"
    OUTPUT = "Output"


OPTIONS = (
    Option(
        "events", Group.HISTORY, Count(1, 10**12), "100000", "How many events a run over the file receives.", "1000000"
    ),
    Option(
        "seed", Group.HISTORY, Count(0, 10**9), "1", "Another seed, another history; the same, the same bytes.", "7"
    ),
    Option(
        "start",
        Group.HISTORY,
        Moment(),
        "2026-09-17T10:00:00Z",
        "When the first events happen.",
        "2026-11-27T00:00:00Z",
    ),
    Option(
        "duration",
        Group.HISTORY,
        Duration(low=1),
        "1h",
        "The time in which they all happen; nights are quieter than days.",
        "7d",
    ),
    Option(
        "mix",
        Group.HISTORY,
        Weights(KINDS),
        "page_view=80,request=8,login=6,payment=5,change=1",
        "How often each kind of event comes.",
        "page_view=9,payment=1",
    ),
    Option("bots", Group.HISTORY, Ratio(), "0.08", "Crawlers' part of the page views.", "0.3"),
    Option(
        "attacks",
        Group.HISTORY,
        Count(0, 10_000),
        "0",
        "Attacks of 8 kinds, in turn, with events beside --events.",
        "16",
    ),
    Option(
        "hard_negatives",
        Group.HISTORY,
        Count(0, 10_000),
        "0",
        "Innocent days, of 8 kinds, that look like attacks.",
        "16",
    ),
    Option("duplicates", Group.WRONG, Ratio(), "0.02", "Events sent a second time, up to 20 minutes later.", "0.1"),
    Option(
        "malformed", Group.WRONG, Ratio(), "0.01", "Events and messages that must be refused for their form.", "0.5"
    ),
    Option(
        "bulky_every",
        Group.WRONG,
        Count(3, 10**12),
        "1000000",
        "The malformed that take megabytes (too_large and the like) come once each in so many events.",
        "50000",
    ),
    Option(
        "late",
        Group.WRONG,
        Ratio(),
        "0.005",
        "Events of 1 to 6 hours ago: too_late where there are publish times.",
        "0.05",
    ),
    Option(
        "in_future",
        Group.WRONG,
        Ratio(),
        "0.001",
        "Events of 1 to 3 hours ahead: in_future where there are publish times.",
        "0.01",
    ),
    Option(
        "redelivered",
        Group.WRONG,
        Ratio(),
        "0.005",
        "With --envelope: part of the messages that are delivered again, unchanged.",
        "0.05",
    ),
    Option(
        "envelope",
        Group.FORM,
        Flag(),
        "",
        "Write messages as push envelopes, with publish times, in mixed framings; else an event a line.",
    ),
    Option(
        "events_per_message",
        Group.FORM,
        Count(1, 100_000),
        "",
        "With --envelope or --topic: a message holds so many events, or those of 10 minutes. Else a mixture.",
        "500",
    ),
    Option(
        "output",
        Group.OUTPUT,
        Text("FILE"),
        "",
        "Where the events go: a file (.gz is compressed), or - for standard output.",
        "traffic.jsonl",
    ),
    Option(
        "topic",
        Group.OUTPUT,
        TOPIC,
        "",
        "Publish messages to a topic of Pub/Sub instead; what happens, happens now.",
        "projects/my-shop/topics/events",
    ),
    Option(
        "rate",
        Group.OUTPUT,
        Count(1, 1_000_000),
        "",
        "With --topic: events a second, as they happen; else those of --duration up to now, at once.",
        "500",
    ),
    Option(
        "labels", Group.OUTPUT, Text("FILE"), "", "Where the truth about each event goes, as JSON lines.", "truth.jsonl"
    ),
    Option(
        "fraud_labels",
        Group.OUTPUT,
        Text("FILE"),
        "",
        "Where the truth about attacks and such days goes, as JSON lines.",
        "fraud.jsonl",
    ),
    Option("quiet", Group.OUTPUT, Flag(), "", "Write nothing but errors."),
)
