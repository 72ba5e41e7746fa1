"""A redis-server of our own on the loopback, watched: MONITOR for commands, a relay in front of it for round trips."""

from __future__ import annotations

import contextlib
import re
import selectors
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

GREETING = frozenset({"HELLO", "AUTH", "SELECT", "CLIENT SETINFO", "CLIENT SETNAME"})
"""What a new connection sends before its first command; connections are pooled, so no operation is charged for it."""
LINE = re.compile(r'^\+?[\d.]+ \[(\d+) (\S+)\] "([^"]*)"(?: "([^"]*)")?')
STARTING = 10.0


@dataclass
class Seen:
    """What went over the wire while something ran."""

    sent: list[str] = field(default_factory=list)
    """Names of commands on the wire; ``CLIENT`` and its kind with the second word."""
    commands: list[str] = field(default_factory=list)
    """The same as MONITOR tells it: without what the server refuses, and without an administrator's commands."""
    inner: list[str] = field(default_factory=list)
    """Names of commands that Lua scripts ran inside of the server."""
    trips: int = 0
    """Times that a client sent something and waited."""

    @property
    def count(self) -> int:
        return len(self.sent)


class Relay:
    """Passes bytes between clients and the server, and counts the times that a client speaks after it was answered.

    A send that follows another without an answer in between belongs to the same round trip; the greetings of new
    connections are left out. It reads requests (RESP arrays), so what the server refuses is counted too.
    """

    def __init__(self, upstream: tuple[str, int]) -> None:
        self.upstream = upstream
        self.trips = 0
        self.sent: list[str] = []
        self.refuses = False
        """Whether requests are counted, greetings too, and answered with an error instead of being passed on."""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._open = True
        self.own_address = ""
        """Where the server sees the relay's own connection."""
        self._own = socket.socket()
        self._own.bind(("127.0.0.1", 0))
        self._own_port = self._own.getsockname()[1]
        self._thread.start()
        self._own.connect(("127.0.0.1", self.port))

    def settle(self) -> None:
        """Waits until everything that was sent before has been passed on, also what nobody waits an answer for."""
        for _ in range(2):
            self._own.sendall(b"PING\r\n")
            self._own.recv(16)

    def close(self) -> None:
        self._open = False
        self._thread.join(2)
        self._own.close()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()
        self._selector.close()

    def _run(self) -> None:
        while self._open:
            for key, _ in self._selector.select(0.1):
                if key.data is None:
                    client, address = self._listener.accept()
                    server = socket.create_connection(self.upstream)
                    for one in (client, server):
                        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    if address[1] == self._own_port:
                        self.own_address = "{}:{}".format(*server.getsockname())
                    talk = Talk(counts=address[1] != self._own_port)
                    self._selector.register(client, selectors.EVENT_READ, (server, talk, True))
                    self._selector.register(server, selectors.EVENT_READ, (client, talk, False))
                else:
                    self._pass(key.fileobj, *key.data)

    def _pass(self, source: socket.socket, target: socket.socket, talk: Talk, from_client: bool) -> None:
        try:
            data = source.recv(1 << 16)
            if data and from_client and talk.counts:
                names = talk.read(data)
                if not self.refuses:
                    names = [name for name in names if name not in GREETING]
                self.sent += names
                if names and not talk.speaking:
                    talk.speaking = True
                    self.trips += 1
            elif data:
                talk.speaking = False
            if data and from_client and talk.counts and self.refuses:
                talk.speaking = False
                source.sendall(b"-ERR refused\r\n" * len(names))
            elif data:
                target.sendall(data)
        except OSError:
            data = b""
        if not data:
            for one in (source, target):
                with contextlib.suppress(KeyError, ValueError):
                    self._selector.unregister(one)
                one.close()


class Talk:
    """One client's side of a connection: complete requests are taken from the bytes as they come."""

    def __init__(self, *, counts: bool) -> None:
        self.counts = counts
        self.speaking = False
        self._rest = b""

    def read(self, data: bytes) -> list[str]:
        """The names of the requests that ``data`` completes, ``CLIENT`` with its second word."""
        self._rest += data
        names = []
        while (found := self._request()) is not None:
            name, end = found
            names.append(name)
            self._rest = self._rest[end:]
        return names

    def _request(self) -> tuple[str, int] | None:
        rest = self._rest
        end = rest.find(b"\r\n")
        if end < 0:
            return None
        if rest[:1] != b"*":  # an inline command
            return rest[:end].partition(b" ")[0].decode().upper(), end + 2
        name, place = "", end + 2
        for number in range(int(rest[1:end])):
            end = rest.find(b"\r\n", place)
            if end < 0:
                return None
            length = int(rest[place + 1 : end])
            if len(rest) < end + 2 + length + 2:
                return None
            if number == 0 or (number == 1 and name == "CLIENT"):
                name = f"{name} {rest[end + 2 : end + 2 + length].decode().upper()}".strip()
            place = end + 2 + length + 2
        return name, place


class Server:
    """redis-server without persistence in a directory of its own, on a free port of the loopback."""

    def __init__(self, *, cluster: bool = False) -> None:
        self.directory = tempfile.mkdtemp(prefix="atomlint-redis-")
        self.process: subprocess.Popen[bytes] | None = None
        for _ in range(5):  # another process may take a free port before the server does
            self.port = free_port()
            self.process = subprocess.Popen(
                ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
                 "--dir", self.directory, "--daemonize", "no", "--loglevel", "warning",
                 *(["--cluster-enabled", "yes", "--cluster-port", str(free_port())] if cluster else [])],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
            if self._answers():
                break
            self.process.kill()
        else:
            raise RuntimeError("redis-server did not start")
        self.relay = Relay(("127.0.0.1", self.port))
        self._monitor = Monitor(self.port)
        self.relay.settle()
        self._monitor.own.add(self.relay.own_address)
        if cluster:
            self._serve_all_slots()

    def _serve_all_slots(self) -> None:
        """A cluster of one, which tells its clients to come through the relay."""
        self.command("CONFIG", "SET", "cluster-announce-ip", "127.0.0.1")
        self.command("CONFIG", "SET", "cluster-announce-port", str(self.relay.port))
        self.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
        until = time.monotonic() + STARTING
        while b"cluster_state:ok" not in self.command("CLUSTER", "INFO") and time.monotonic() < until:
            time.sleep(0.02)

    def _answers(self) -> bool:
        until = time.monotonic() + STARTING
        while time.monotonic() < until and self.process is not None and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as one:
                one.sendall(b"PING\r\n")
                if one.recv(16).startswith(b"+PONG"):
                    return True
            time.sleep(0.02)
        return False

    def url(self, database: int = 0) -> str:
        return f"redis://127.0.0.1:{self.relay.port}/{database}"

    def command(self, *words: str) -> bytes:
        """A command past the relay, by the suite itself."""
        return self._monitor.command(*words)

    @contextlib.contextmanager
    def watch(self) -> Iterator[Seen]:
        """Records what clients send until the block ends."""
        seen = Seen()
        self.relay.settle()
        self._monitor.catch_up()
        trips, sent = self.relay.trips, len(self.relay.sent)
        yield seen
        self.relay.settle()
        seen.trips, seen.sent = self.relay.trips - trips, self.relay.sent[sent:]
        for name, script in self._monitor.catch_up():
            (seen.inner if script else seen.commands).append(name)

    def close(self) -> None:
        self._monitor.close()
        self.relay.close()
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)
        shutil.rmtree(self.directory, ignore_errors=True)


class Monitor:
    """A connection in MONITOR mode, and one that marks places in its stream."""

    def __init__(self, port: int) -> None:
        self._watching = socket.create_connection(("127.0.0.1", port), 5)
        self._watching.sendall(b"MONITOR\r\n")
        self._lines = self._watching.makefile("rb")
        self._lines.readline()
        self._speaking = socket.create_connection(("127.0.0.1", port), 5)
        self._answers = self._speaking.makefile("rb")
        self.own = {"{}:{}".format(*self._speaking.getsockname())}
        """Addresses whose commands are the suite's."""

    def command(self, *words: str) -> bytes:
        parts = [word.encode() for word in words]
        self._speaking.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts))
        answer = self._answers.readline().rstrip()
        if answer[:1] == b"$" and answer != b"$-1":
            answer = self._answers.read(int(answer[1:]) + 2).rstrip()
        return answer

    def catch_up(self) -> list[tuple[str, bool]]:
        """Commands since the last time: (name, whether a script ran it); greetings and our own are left out."""
        mark = uuid.uuid4().hex
        self.command("ECHO", mark)
        found = []
        while mark.encode() not in (line := self._lines.readline()):
            match = LINE.match(line.decode("utf-8", "replace"))
            if match is None or match[2] in self.own:
                continue
            name = match[3].upper() + (f" {match[4].upper()}" if match[3].upper() == "CLIENT" and match[4] else "")
            if name not in GREETING:
                found.append((name, match[2] == "lua"))
        return found

    def close(self) -> None:
        for one in (self._lines, self._watching, self._answers, self._speaking):
            one.close()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
