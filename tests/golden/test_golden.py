"""The real command on small files, one for each form of input, against tables worked out by hand.

Beside each input stands what must come of it. Identities in there follow from the documented formulas, which
``test_identities_follow_from_the_input`` applies by itself.
"""

import gzip
import json
import shutil
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
import xxhash

from tests.program import Tables, read_tables, run_here, run_process

CASES = Path(__file__).parent / "cases"
PLAIN = ("--event_type", "web.page_view.v1")
MAPPED = (
    *PLAIN,
    "--id_field",
    "meta.id",
    "--time_field",
    "meta.at",
    "--rename",
    "page=url",
    "--rename",
    "visitor=user_id",
)
FORMS = {
    "json_lines": (),
    "envelopes": (),
    "binary_mode": (),
    "array_over_lines": (),
    "arrays_on_lines": (),
    "access_log_common": (),
    "access_log_combined": (),
    "access_log_vhost_combined": (),
    "plain_json": MAPPED,
    "plain_json_without_id": PLAIN,
}
LOGS = ("access_log_common", "access_log_combined", "access_log_vhost_combined")
UNMAPPED = tuple(case for case, options in FORMS.items() if not options)


def input_of(case: str) -> Path:
    (path,) = (CASES / case).glob("input.*")
    return path


def expected(case: str) -> Tables:
    tables: Tables = json.loads((CASES / case / "expected.json").read_text(encoding="utf-8"))
    return tables


def joined(*cases: str) -> Tables:
    """The tables of several inputs together: no two of them have an event, a URL or a dead letter in common."""
    tables = [expected(case) for case in cases]
    rows: dict[tuple[str, str], list[Any]] = {}
    for kind, minute, *numbers in (row for table in tables for row in table["ledger"]):
        held = rows.setdefault((kind, minute), [0, 0, 0, {}, 0])
        held[:3] = [a + b for a, b in zip(held[:3], numbers[:3], strict=True)]
        held[3] = {r: held[3].get(r, 0) + numbers[3].get(r, 0) for r in sorted(held[3] | numbers[3])}
        held[4] += numbers[4]
    return {
        "page_views": sorted(row for table in tables for row in table["page_views"]),
        "dead_letters": sorted(
            (row for t in tables for row in t["dead_letters"]), key=lambda row: row["dead_letter_id"]
        ),
        "ledger": [[*key, *row] for key, row in sorted(rows.items())],
    }


@pytest.fixture
def folder(tmp_path):
    """A folder with every form of input, one of them twice, some of them compressed, one below, one hidden."""
    here = tmp_path / "in"
    (here / "below").mkdir(parents=True)
    for case in UNMAPPED:
        shutil.copy(input_of(case), here / f"{case}{input_of(case).suffix}")
    (here / "json_lines.jsonl.gz").write_bytes(gzip.compress(input_of("json_lines").read_bytes()))
    (here / "arrays").write_bytes(gzip.compress((here / "arrays_on_lines.jsonl").read_bytes()))
    (here / "arrays_on_lines.jsonl").unlink()
    (here / "envelopes.jsonl").rename(here / "below" / "no extension")
    (here / ".hidden").write_text("hidden", encoding="utf-8")
    return here


@pytest.mark.parametrize("case", FORMS)
def test_each_form(case, tmp_path):
    assert run_here(tmp_path, "--input", input_of(case), *FORMS[case]) == 0
    assert read_tables(tmp_path) == expected(case)


@pytest.mark.parametrize("case", FORMS)
def test_identities_follow_from_the_input(case):
    data = input_of(case).read_bytes()
    fingerprint = blake2b(data[:1024], digest_size=12).hexdigest()
    for letter in expected(case)["dead_letters"]:
        if letter["message_id"].startswith(fingerprint):
            offset = int(letter["position"].partition("/")[0])
            line = xxhash.xxh3_64_hexdigest(masked(value_at(case, data, offset)))
            assert letter["message_id"] == f"{fingerprint}-{line}"
        parts = [letter[name].encode() for name in ("message_id", "position", "stage", "reason")]
        parts += [content_of(letter).encode(), delivery_of(letter).encode()]
        framed = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
        assert letter["dead_letter_id"] == blake2b(framed, digest_size=16).hexdigest()


def content_of(letter: dict[str, Any]) -> str:
    """The hash of a dead letter's bytes; where they were not kept, the one that its message tells."""
    _, not_kept, digest = letter["error_message"].partition(" bytes, sha256 ")
    if not_kept:
        return str(digest)
    text = letter["payload_string"]
    return xxhash.xxh3_64_hexdigest(bytes.fromhex(letter["payload_bytes"]) if text is None else text.encode())


def delivery_of(letter: dict[str, Any]) -> str:
    """What a transport said beside the message id, as a suffix of it; the table shows whole seconds only."""
    published, attributes = letter["publish_time"].replace(":06Z", ":06.250Z"), letter["attributes"]
    if not published and not attributes:
        return ""
    time = int(datetime.fromisoformat(published).timestamp() * 1_000_000) if published else None
    return f"\0{(time, sorted(attributes.items()))!r}"


def masked(line: bytes) -> bytes:
    """A line with the card numbers that are in these files masked."""
    return line.replace(b"4111111111111111", b"*" * 16).replace(b"4111 1111 1111 1111", b"**** **** **** ****")


def value_at(case: str, data: bytes, offset: int) -> bytes:
    """The line that begins at an offset; of an array over many lines the value, which is indented."""
    end = data.find(b"\n", offset)
    if case == "array_over_lines":
        end = min(at for at in (data.find(mark, offset) for mark in (b",\n  {", b",\n  1", b"\n]")) if at > 0)
    return data[offset:end]


def test_a_process_of_its_own(tmp_path):
    done = run_process(tmp_path, "--input", input_of("json_lines"))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert read_tables(tmp_path) == expected("json_lines")


def test_standard_input(tmp_path):
    done = run_process(tmp_path, "--input", "-", stdin=input_of("access_log_common").read_bytes())
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert read_tables(tmp_path) == expected("access_log_common")


def test_standard_input_compressed(tmp_path):
    done = run_process(tmp_path, "--input=-", stdin=gzip.compress(input_of("array_over_lines").read_bytes()))
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert read_tables(tmp_path) == expected("array_over_lines")


@pytest.mark.parametrize("case", ["json_lines", "access_log_combined", "array_over_lines"])
@pytest.mark.parametrize("members", [1, 2])
def test_gzip(case, members, tmp_path):
    data = input_of(case).read_bytes()
    cut = len(data) // 2 if members == 2 else len(data)  # in the middle of a line
    path = tmp_path / "input"
    path.write_bytes(b"".join(gzip.compress(part) for part in (data[:cut], data[cut:]) if part))
    assert run_here(tmp_path / "out", "--input", path) == 0
    assert read_tables(tmp_path / "out") == expected(case)


def test_a_byte_order_mark_and_carriage_returns_change_no_result(tmp_path):
    path = tmp_path / "input"
    path.write_bytes(b"\xef\xbb\xbf" + input_of("json_lines").read_bytes().replace(b"\n", b"\r\n"))
    assert run_here(tmp_path / "out", "--input", path) == 0
    got, wanted = read_tables(tmp_path / "out"), expected("json_lines")
    assert got["page_views"] == wanted["page_views"]
    assert got["ledger"] == wanted["ledger"]
    for tables in (got, wanted):
        for letter in tables["dead_letters"]:
            for name in ("dead_letter_id", "message_id", "position"):
                del letter[name]
        tables["dead_letters"].sort(key=str)
    assert got["dead_letters"] == wanted["dead_letters"]


def test_envelopes_over_many_lines(tmp_path):
    """An array of push envelopes, as tools print it: only what is named by its line gets another name."""
    envelopes = [json.loads(line) for line in input_of("envelopes").read_text(encoding="utf-8").splitlines()]
    path = tmp_path / "envelopes.json"
    path.write_text(json.dumps(envelopes, indent=2), encoding="utf-8")
    assert run_here(tmp_path / "out", "--input", path) == 0
    got, wanted = read_tables(tmp_path / "out"), expected("envelopes")
    assert got["page_views"] == wanted["page_views"]
    assert got["ledger"] == wanted["ledger"]
    named, wanted_named = ([r for r in t["dead_letters"] if r["message_id"].startswith("m-")] for t in (got, wanted))
    assert len(named) == 5
    assert named == wanted_named


@pytest.mark.usefixtures("folder")
def test_a_mixed_folder(tmp_path):
    done = run_process(tmp_path / "out", "--input", tmp_path / "in")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert read_tables(tmp_path / "out") == joined(*UNMAPPED)


@pytest.mark.usefixtures("folder")
def test_globs(tmp_path):
    assert run_here(tmp_path / "out", "--input", f"{tmp_path}/in/*_c*.log,{tmp_path}/in/access_log_v*") == 0
    assert read_tables(tmp_path / "out") == joined(*LOGS)


def test_a_mapping_file(tmp_path):
    assert (
        run_here(tmp_path, "--input", input_of("plain_json"), "--mapping", CASES / "plain_json" / "mapping.yaml") == 0
    )
    assert read_tables(tmp_path) == expected("plain_json")


def test_an_empty_user_is_two_quotes_in_a_log(tmp_path):
    """Apache writes "" where a request was sent with a user name that is empty (mod_log_config, log_remote_user)."""
    path = tmp_path / "access.log"
    path.write_text('192.0.2.3 - "" [17/Sep/2026:10:40:07 +0000] "GET /home HTTP/1.1" 200 5\n', encoding="utf-8")
    run_here(tmp_path, "--input", path)
    assert read_tables(tmp_path)["page_views"] == [["/home", "2026-09-17T10:40:00Z", "2026-09-17T10:41:00Z", 1, 0, 1]]
