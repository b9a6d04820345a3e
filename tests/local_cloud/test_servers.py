"""Servers of this machine: started, killed and stopped by their own id, and named where they are missing."""

import os
import subprocess
import sys
import time

import pytest

from pipeline.errors import MillraceError
from pipeline.local_cloud import tools
from pipeline.local_cloud.__main__ import main
from pipeline.local_cloud.bigtable import Bigtable
from pipeline.local_cloud.pubsub import PubSub
from pipeline.local_cloud.server import HOST, Server
from pipeline.local_cloud.tools import MissingToolError

LISTEN = (
    "import socket, sys, time\n"
    "print('listening', flush=True)\n"
    "with socket.create_server(('127.0.0.1', int(sys.argv[1]))):\n"
    "    time.sleep(60)\n"
)


class Listening(Server):
    name = "a server that listens"
    variable = "LISTENING_HOST"

    def command(self):
        return [sys.executable, "-c", LISTEN, str(self.port)]


class Broken(Server):
    name = "a server that ends"
    variable = "BROKEN_HOST"

    def command(self):
        return [sys.executable, "-c", "raise SystemExit('no such database')"]


def test_a_server_answers_until_it_is_stopped_and_again_after(tmp_path):
    server = Listening(tmp_path)
    assert server.start() == f"{HOST}:{server.port}"
    server.stop()
    assert not server.answers()
    server.start()
    server.kill()
    assert not server.answers()
    server.stop()


def test_one_that_does_not_start_says_why(tmp_path):
    with pytest.raises(MillraceError, match="a server that ends did not start:\nno such database"):
        Broken(tmp_path).start()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing tells a process that its parent is gone")
def test_it_ends_with_a_program_that_is_killed(tmp_path):
    program = (
        "import os, pathlib, signal\n"
        "from tests.local_cloud.test_servers import Listening\n"
        f"server = Listening(pathlib.Path({str(tmp_path)!r}))\n"
        "server.start()\n"
        "print(server.port, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    server = Listening(tmp_path, int(run.stdout))
    end = time.monotonic() + 10
    while server.answers() and time.monotonic() < end:
        time.sleep(0.05)
    assert not server.answers()


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine with no tools."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in ("CLOUDSDK_ROOT", "CLOUDSDK_ROOT_DIR"):
        monkeypatch.delenv(name, raising=False)


def test_a_missing_tool_is_named_with_what_installs_it(bare, tmp_path):
    with pytest.raises(MissingToolError, match="gcloud components install pubsub-emulator"):
        PubSub(tmp_path).command()
    with pytest.raises(MissingToolError, match=r"gcloud components install bigtable-emulator(?s:.*)go install cloud"):
        Bigtable(tmp_path).command()
    with pytest.raises(MissingToolError, match="apt-get install default-jre-headless"):
        tools.java()


def test_the_command_tells_all_that_is_missing(bare, monkeypatch, capsys):
    monkeypatch.setattr(tools, "_run", lambda *_, **__: None)
    monkeypatch.setattr(tools, "_moved", lambda made, folder: os.makedirs(folder))  # noqa: PTH103
    assert main() == 1
    told = capsys.readouterr()
    assert "the Pub/Sub emulator is missing" in told.err
    assert "the Bigtable emulator is missing" in told.err
    assert "bqemulator" in told.out


def test_the_sdk_is_found_by_its_root(bare, monkeypatch, tmp_path):
    program = tmp_path / "sdk" / "platform" / "bigtable-emulator" / "cbtemulator"
    program.parent.mkdir(parents=True)
    program.touch()
    monkeypatch.setenv("CLOUDSDK_ROOT", str(tmp_path / "sdk"))
    assert Bigtable(tmp_path).command()[0] == str(program)
