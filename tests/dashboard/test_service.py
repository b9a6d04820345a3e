"""The service as a process: its command line, its API's document, word of changes, and the demo."""

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from hashlib import sha256
from typing import Any

import pytest

from dashboard import demo
from dashboard.__main__ import main
from tests.browser.stores import moment, run, view
from tests.dashboard.serving import served
from tests.program import ROOT

UPLOT = {
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "uPlot.LICENSE": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}
"""As published in uPlot 1.6.32."""
VIEWS = [view(n, moment(n), "https://shop.example/") for n in range(3)]


def fetched(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - of the service itself
        return json.load(answer)


def opened(address: str) -> Any:
    return urllib.request.urlopen(address, timeout=60)  # noqa: S310 - as above


@pytest.fixture(scope="module")
def output(tmp_path_factory):
    output = tmp_path_factory.mktemp("service") / "out"
    run(output, VIEWS)
    return output


@pytest.mark.parametrize("name", UPLOT)
def test_the_chart_library_is_as_published(name):
    content = (ROOT / "dashboard" / "static" / "vendor" / name).read_bytes()
    assert sha256(content).hexdigest() == UPLOT[name]
    assert "uPlot 1.6.32" in (ROOT / "NOTICE").read_text("utf-8")


def test_the_page_uses_documented_addresses_only(output):
    with served(output) as address:
        paths = set(fetched(f"{address}/api/openapi.json")["paths"])
    scripts = "".join(path.read_text("utf-8") for path in (ROOT / "dashboard/static/js").glob("*.js"))
    used = set(re.findall(r'\b(?:read|write)\(["`]([a-z/]+)', scripts))
    assert used == {"now", "page", "behind/", "health", "cases", "case", "case/actions", "quality", "session", "store"}
    documented = {path.removeprefix("/api/").replace("{number}", "") for path in paths}
    assert used <= documented
    assert documented - used == {"changes"}
    assert 'new EventSource("/api/changes")' in scripts


def test_every_address_and_parameter_is_told(output):
    with served(output) as address:
        document = fetched(f"{address}/api/openapi.json")
    for path, methods in document["paths"].items():
        for one in methods.values():
            assert one.get("description"), path
            assert path == "/api/changes" or "$ref" in one["responses"]["200"]["content"]["application/json"]["schema"]
    assert not [name for name, schema in document["components"]["schemas"].items() if name[0] == "Body"]


def test_changes_are_told_within_five_seconds_of_being_stored(output):
    with served(output) as address, opened(f"{address}/api/changes") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        told = iter(stream)
        first = next(line for line in told if line.startswith(b"data: "))
        run(output, [view("later", moment(9), "https://shop.example/later")])
        stored = time.monotonic()
        assert next(line for line in told if line.startswith(b"data: ")) != first
        assert time.monotonic() - stored < 5


def test_who_listens_does_not_keep_the_service_from_ending(output):
    with served(output) as address:
        stream = opened(f"{address}/api/changes")
        next(iter(stream))
        begun = time.monotonic()
    assert time.monotonic() - begun < 20
    stream.close()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--port", "99999"], "a whole number from 0 to 65535"),
        (["--stor", "out"], "--store"),
        (["--host", "here"], "an IP address of this machine"),
        (["--host", "192.0.2.1"], "--allowed_hosts"),
        (["--identity_header", "X-Email"], "--trusted_proxies"),
        (["--trusted_proxies", "10.0.0.7"], "--identity_header"),
        (["--trusted_proxies", "proxy", "--identity_header", "X-Email"], "IP addresses"),
        (["--identity_header", "X Email", "--trusted_proxies", "10.0.0.7"], "the name of a header"),
    ],
)
def test_a_command_line_that_is_wrong(arguments, told, capsys):
    assert main(arguments) == 2
    assert told in capsys.readouterr().err


def test_all_faults_are_told_at_once(capsys):
    assert main(["--port", "x", "--host", "here", "--identity_header", "X-Email"]) == 2
    assert "3 faults" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--speed", "0"], ["--port", "x"], ["--seeds", "1"]])
def test_a_command_line_of_the_demo_that_is_wrong(arguments, capsys):
    assert demo.main(arguments) == 2
    assert arguments[0].removesuffix("s") in capsys.readouterr().err


def test_help_names_every_option(capsys):
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    assert {
        "--store",
        "--open",
        "--port",
        "--host",
        "--allowed_hosts",
        "--identity_header",
        "--trusted_proxies",
    } <= set(told.split())


def test_a_port_that_is_taken_is_told(output, capsys):
    with served(output) as address:
        assert main(["--store", str(output), "--port", address.rpartition(":")[2]]) == 1
    assert "choose another --port" in capsys.readouterr().err


def test_the_demo_plays_into_a_page_and_leaves_nothing(tmp_path):
    command = [sys.executable, "-u", "-m", "dashboard.demo", "--port", "0", "--no_open", "--speed", "60"]
    environment = {"PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment) as playing:
        try:
            assert playing.stdout
            address = next(word for line in playing.stdout for word in line.split() if word.startswith("http://"))
            first = fetched(f"{address}/api/now?hours=24")
            assert first["views"] > 10_000
            assert fetched(f"{address}/api/cases")["in_all"] > 10
            deadline = time.monotonic() + 120
            while fetched(f"{address}/api/now")["newest"] <= first["newest"] and time.monotonic() < deadline:
                time.sleep(1)
            assert fetched(f"{address}/api/now")["newest"] > first["newest"]
            assert fetched(f"{address}/api/health")["level"] in ("green", "amber")
        finally:
            playing.send_signal(signal.SIGTERM)
            playing.wait(60)
    assert playing.returncode == 0
    assert list(tmp_path.glob("millrace-demo-*")) == []
