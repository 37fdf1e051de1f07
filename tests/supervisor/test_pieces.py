import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from inboxsla.config import load
from inboxsla.errors import Refused
from inboxsla.supervisor import Supervisor, logs, ports
from inboxsla.supervisor.lock import run_lock, running, running_url
from inboxsla.supervisor.parts import Parts, pings, socket_for
from inboxsla.supervisor.screen import Screen


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def short_path() -> Iterator[Path]:
    """The name of a socket may not be long, and pytest's own folders are."""
    with tempfile.TemporaryDirectory(prefix="isla-") as folder:
        yield Path(folder)


def test_a_taken_port_is_passed_over_for_the_next_free_one(taken: int):
    assert not ports.is_free("127.0.0.1", taken)
    assert taken < ports.first_free("127.0.0.1", taken) < taken + ports.TRIES


def test_when_no_port_is_free_a_person_is_told_how_to_name_another():
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 65535))
        server.listen()
        with pytest.raises(Refused, match="none of the ports 65535 to 65535 .* INBOXSLA_SERVER__PORT"):
            ports.first_free("127.0.0.1", 65535)


def test_a_server_that_says_nothing_does_not_answer(taken: int):
    assert ports.listens("127.0.0.1", taken)
    assert not ports.answers("127.0.0.1", ports.first_free("127.0.0.1", taken), "/healthz")


def test_others_can_ask_where_the_run_on_a_folder_is(tmp_path: Path):
    assert running_url(tmp_path) is None
    with run_lock(tmp_path) as lock:
        assert running_url(tmp_path) is None
        lock.tell("http://127.0.0.1:8001")
        assert running_url(tmp_path) == "http://127.0.0.1:8001"
        lock.tell("http://127.0.0.1:8001", redis_url="unix:///v.sock", api_root="http://127.0.0.1:8002/")
        found = running(tmp_path)
        assert found is not None
        assert (found.redis_url, found.api_root) == ("unix:///v.sock", "http://127.0.0.1:8002/")
    assert running_url(tmp_path) is None
    assert running(tmp_path) is None


def test_a_second_run_on_the_same_data_is_refused_and_told_where_the_first_is(tmp_path: Path):
    with run_lock(tmp_path) as lock:
        lock.tell("http://127.0.0.1:8001")
        with pytest.raises(Refused, match=rf"already runs .* at http://127.0.0.1:8001 \(process {os.getpid()}\)"):  # noqa: SIM117 - the inner one must fail
            with run_lock(tmp_path, patience=0):
                pytest.fail("two runs hold the same folder")
    with run_lock(tmp_path):
        assert "8001" not in (tmp_path / "run.lock").read_text(), "what the first run said is forgotten"


@pytest.mark.processes
def test_the_embedded_valkey_answers_through_its_socket_and_keeps_nothing(tmp_path: Path, short_path: Path):
    folder = short_path / "a folder?"
    folder.mkdir()
    settings = load(None, {"INBOXSLA_DATA_DIR": str(folder)})
    place = socket_for(settings, tmp_path)
    url = settings.redis_address
    supervisor = Supervisor(tmp_path / "logs", print, os.environ)
    try:
        supervisor.start(Parts(settings, folder, [], []).valkey(place))
        supervisor.wait_until("valkey", lambda: pings(url), patience=10)

        assert place.stat().st_mode & 0o077 == 0, "nobody else may talk to it"
    finally:
        supervisor.stop()
    assert not pings(url)
    assert [path.name for path in place.parent.iterdir() if path != place] == []


def test_a_data_folder_with_a_long_name_gets_its_socket_elsewhere(tmp_path: Path):
    deep = load(None, {"INBOXSLA_DATA_DIR": str(tmp_path / ("d" * 120))})

    assert socket_for(deep, tmp_path / "spare") == tmp_path / "spare" / "valkey.sock"


def test_children_are_told_where_things_really_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text("demo = true\nworkers.count = 3\n")
    parts = Parts(load(Path("config.toml"), {}), tmp_path / "var", ["inboxsla"], ["gmail"])
    told = parts.environment({"HOME": "/home/ada", "INBOXSLA_DATA_DIR": "var"})

    assert told["HOME"] == "/home/ada"
    assert told["INBOXSLA_CONFIG"] == str(tmp_path / "config.toml")
    assert told["INBOXSLA_DATA_DIR"] == str(tmp_path / "var")
    assert load(None, told).demo
    assert [child.name for child in parts.background(8003)] == ["ticker", "worker-1", "worker-2", "worker-3"]
    assert {child.environ["INBOXSLA_SERVER__PORT"] for child in parts.background(8003)} == {"8003"}


def test_the_simulator_stays_away_when_another_server_stands_in_for_gmail(tmp_path: Path):
    def wanted(**environ: str) -> bool:
        return Parts(load(None, environ), tmp_path, [], []).wants_simulator()

    assert wanted()
    assert not wanted(INBOXSLA_GOOGLE__API_ROOT="http://127.0.0.1:9/")
    assert not wanted(INBOXSLA_DEMO="false")


def test_logs_begin_anew_and_keep_one_old_file(tmp_path: Path):
    log = tmp_path / "logs" / "web.log"
    logs.rotate(log)
    log.write_text("yesterday")
    logs.rotate(log)

    assert not log.exists()
    assert (tmp_path / "logs" / "web.log.1").read_text() == "yesterday"


def test_a_log_that_grew_too_large_is_cut_while_its_writer_goes_on(tmp_path: Path):
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"a line\n" * 100)
        logs.trim(log, largest=1000)
        assert log.stat().st_size == 700
        logs.trim(log, largest=500)
        writer.write(b"goes on\n")

    assert log.read_text() == "goes on\n"
    assert (tmp_path / "web.log.1").stat().st_size == 250
    assert logs.tail(log) == "    goes on"
    assert logs.tail(tmp_path / "none.log") == ""


def test_this_installation_can_be_called_again():
    from inboxsla.supervisor.parts import inboxsla_command

    assert inboxsla_command()[0].startswith(str(Path(sys.executable).parent))


def test_what_nobody_reads_any_more_stops_nothing():
    reader, writer = os.pipe()
    os.close(reader)
    out = os.fdopen(writer, "w")
    screen = Screen(out)
    screen.say("Stopping …")
    screen.say("Stopped.")
    with pytest.raises(BrokenPipeError):
        out.close()
