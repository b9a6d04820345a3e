"""Why messages and events are refused: every stage and reason code, and what a user does about each."""

from enum import StrEnum
from typing import NamedTuple


class Stage(StrEnum):
    """The step that refused."""

    OPEN = "open"
    PARSE = "parse"
    VALIDATE = "validate"
    SINK = "sink"


class Reason(StrEnum):
    """The reason code of a reject; ADVICE says what each means."""

    TOO_LARGE = "too_large"
    NOT_DECOMPRESSIBLE = "not_decompressible"
    DECOMPRESSED_TOO_LARGE = "decompressed_too_large"
    BAD_ENVELOPE = "bad_envelope"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    TOO_DEEP = "too_deep"
    TOO_MANY_EVENTS = "too_many_events"
    BAD_LOG_LINE = "bad_log_line"
    BAD_ARCHIVE = "bad_archive"
    NOT_AN_EVENT = "not_an_event"
    UNKNOWN_CONTRACT = "unknown_contract"
    CONTRACT_VIOLATED = "contract_violated"
    BAD_TIME = "bad_time"
    TOO_LATE = "too_late"
    IN_FUTURE = "in_future"


class SinkReason(StrEnum):
    """The reason code of a row that its home refused, long after its events were admitted."""

    REFUSED = "refused_by_home"
    ROW_TOO_LARGE = "row_too_large"


class Advice(NamedTuple):
    """What a reason means, what a user does about it, and the option that probably helps (or "")."""

    meaning: str
    remedy: str
    option: str = ""


ADVICE: dict[Reason, Advice] = {
    Reason.TOO_LARGE: Advice(
        "A message or a line is larger than the bound.",
        "Split the message at its producer, or raise the bound if such sizes are right.",
        "--max_message_bytes",
    ),
    Reason.NOT_DECOMPRESSIBLE: Advice(
        "The bytes are marked as gzip, or begin like gzip, and do not decompress to their end.",
        "Fetch the file again, or find the producer that cuts its data off. What was readable was read.",
        "--keep_opaque_payloads",
    ),
    Reason.DECOMPRESSED_TOO_LARGE: Advice(
        "A message decompresses to more bytes than the bound: a compression bomb, or a very large batch.",
        "Publish smaller batches, or raise the bound if the producer is trusted.",
        "--max_decompressed_bytes",
    ),
    Reason.BAD_ENVELOPE: Advice(
        "A line looks like a Pub/Sub push envelope and its message cannot be taken out of it.",
        "Look at the violations: data must be base64, attributes an object of strings, publishTime RFC 3339.",
    ),
    Reason.NOT_UTF8: Advice(
        "The text is not UTF-8.",
        "Have the producer send UTF-8; iconv converts old files.",
    ),
    Reason.NOT_JSON: Advice(
        "The text is not JSON: cut off, a NaN or an infinite number, a lone surrogate, or another format.",
        "If these are access logs or another format, name it; else mend the producer.",
        "--input_format",
    ),
    Reason.TOO_DEEP: Advice(
        "Objects and arrays are nested deeper than the bound.",
        "Flatten the data at its producer, or raise the bound.",
        "--max_nesting",
    ),
    Reason.TOO_MANY_EVENTS: Advice(
        "One message holds more events than the bound.",
        "Publish smaller batches, or raise the bound.",
        "--max_events_per_message",
    ),
    Reason.BAD_LOG_LINE: Advice(
        "A line of an access log is in none of the three forms: common, combined, vhost_combined.",
        "Look at the line; set the server's log format to combined, or name the input's format.",
        "--input_format",
    ),
    Reason.BAD_ARCHIVE: Advice(
        "A Parquet file is damaged, or none of Millrace's archive.",
        "Fetch the file again, or take it out of the input: of Parquet files only the archive's own are understood.",
        "--input",
    ),
    Reason.NOT_AN_EVENT: Advice(
        "The JSON is not a CloudEvent (id, source and type are needed), and no mapping says how to read it.",
        "For plain JSON name the contract and the fields; README, section 'Your own events'.",
        "--event_type",
    ),
    Reason.UNKNOWN_CONTRACT: Advice(
        "No contract is named by the event's type or by a suffix of it.",
        "Add the type's JSON Schema to a folder of contracts, or mend the type.",
        "--contracts",
    ),
    Reason.CONTRACT_VIOLATED: Advice(
        "The event's data breaks its contract; every breach is listed with its JSON pointer.",
        "Mend the producer, or map the fields if they only have other names.",
        "--rename",
    ),
    Reason.BAD_TIME: Advice(
        "The event's time is absent, without an offset, or impossible.",
        "Send RFC 3339 with an offset (2026-09-17T10:40:05Z), or name the field that holds the time.",
        "--time_field",
    ),
    Reason.TOO_LATE: Advice(
        "The event is older than its publish time less the allowed lateness.",
        "Find the producer that holds events back, or allow more lateness.",
        "--allowed_lateness",
    ),
    Reason.IN_FUTURE: Advice(
        "The event's time is further ahead of its publish time than clocks may differ.",
        "Set the producer's clock, or allow more skew.",
        "--max_clock_skew",
    ),
}

SINK_ADVICE: dict[SinkReason, Advice] = {
    SinkReason.REFUSED: Advice(
        "BigQuery refused a row of results; the message has its reason, the payload the row.",
        "Compare the tables with `python -m pipeline.provision`; then insert the row, or replay the archive.",
    ),
    SinkReason.ROW_TOO_LARGE: Advice(
        "A row of results is larger than BigQuery takes; it was not sent.",
        "The payload has the row; look for what is so large in it.",
    ),
}


def reasons_markdown() -> str:
    """Render the reasons as the table of docs/rejects.md."""
    head = "| reason | what it means | what to do | option |\n|---|---|---|---|\n"
    return head + "\n".join(
        f"| `{reason}` | {advice.meaning} | {advice.remedy} | {f'`{advice.option}`' if advice.option else ''} |"
        for reason, advice in (ADVICE | SINK_ADVICE).items()
    )
