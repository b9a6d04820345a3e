"""The README tells the truth: its table of options is the one of the code, and its example runs."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

from options.help import options_markdown

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def block(language: str, containing: str) -> str:
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    (found,) = [text for kind, text in blocks if kind == language and containing in text]
    return str(found)


def test_the_table_of_options_is_generated():
    table = README.partition("<!-- options -->\n")[2].partition("<!-- /options -->")[0]
    assert table.strip() == options_markdown().strip()


def test_one_step_in_somebody_elses_pipeline():
    code = block("python", "CountPageViews()")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    lines = run.stdout.splitlines()
    assert "/ 2" in lines
    assert [line for line in lines if line.startswith("bad_time /time: 'yesterday'")]


def test_plain_json_as_the_readme_shows_it(tmp_path):
    shell = block("", "--id_field event_id")
    shell = shell.replace("python -m pipeline", f"{shlex.quote(sys.executable)} -m pipeline --quiet")
    script = shell.replace("mine.jsonl", str(tmp_path / "mine.jsonl")).replace("out3", str(tmp_path / "out3"))
    subprocess.run(["sh", "-c", script], cwd=ROOT, check=True)
    from pipeline.endpoints.sqlite_access import connect  # noqa: PLC0415 - not needed by the other tests

    rows = connect(str(tmp_path / "out3" / "millrace.db")).execute(
        "SELECT url, window_start, views, visitors FROM page_views"
    )
    assert rows.fetchall() == [("/pricing", "2026-09-17T10:40:00Z", 1, 1)]


def test_links_lead_somewhere():
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))):
        targets = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text("utf-8"))
        assert [target for target in targets if not (document.parent / target).exists()] == []
