"""A small stand-in for Upstash's REST service in front of a real Redis: one HTTP request is a round trip."""

from __future__ import annotations

import contextlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import redis

from .server import Seen

if TYPE_CHECKING:
    from collections.abc import Iterator


class Upstash:
    """Answers ``/``, ``/pipeline`` and ``/multi-exec`` as the service does, and counts what it is asked."""

    def __init__(self, port: int) -> None:
        self.trips = 0
        self.sent: list[str] = []
        self.redis = redis.Redis(port=port, decode_responses=True)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16
            """Head and body in one piece: a second one would wait for the first to be acknowledged."""

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                single = self.path == "/"
                answers = [outer.run(words) for words in ([body] if single else body)]
                outer.trips += 1
                text = json.dumps(answers[0] if single else answers).encode()
                self.send_response(400 if single and "error" in answers[0] else 200)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def run(self, words: list[object]) -> dict[str, object]:
        self.sent.append(str(words[0]).upper())
        try:
            return {"result": plain(_raw(self.redis, words))}
        except redis.RedisError as error:
            return {"error": str(error)}

    @contextlib.contextmanager
    def watch(self) -> Iterator[Seen]:
        seen, trips, sent = Seen(), self.trips, len(self.sent)
        yield seen
        seen.trips, seen.sent = self.trips - trips, self.sent[sent:]
        seen.commands = seen.sent

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self.redis.close()


def _raw(client: redis.Redis, words: list[object]) -> object:
    """The server's own answer, before redis-py makes a Python value of it."""
    connection = client.connection_pool.get_connection()
    try:
        connection.send_command(*[word if isinstance(word, (str, int, float)) else json.dumps(word) for word in words])
        return connection.read_response()
    finally:
        client.connection_pool.release(connection)


def plain(answer: object) -> object:
    if isinstance(answer, (list, tuple, set)):
        return [plain(one) for one in answer]
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
