"""A real small HTTP server on loopback that plays a group's robot or an SMS gateway: it answers as it is told, and
counts what has arrived."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

OK = {"errcode": 0, "errmsg": "ok"}


@dataclass(frozen=True, kw_only=True)
class Play:
    """One answer. `hold`: say nothing until the server is let go; `drip`: a byte of the answer every tenth of a second;
    `cut`: hang up without an answer."""

    status: int = 200
    body: Any = field(default_factory=lambda: OK)
    headers: dict[str, str] = field(default_factory=dict)
    hold: bool = False
    drip: bool = False
    cut: bool = False


@dataclass
class RobotServer:
    port: int = 0
    plays: list[Play] = field(default_factory=list)
    """What is answered to the next requests, one after the other; then `OK` for ever."""
    arrived: list[Any] = field(default_factory=list)
    """The bodies, in the order in which they came whole."""
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    came: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/cgi-bin/webhook/send?key=0123-abcd"

    @property
    def texts(self) -> list[str]:
        return [body["text"]["content"] for body in self.arrived]

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length", 0))
        body = handler.rfile.read(length)
        with self.lock:
            try:
                self.arrived.append(json.loads(body))
            except ValueError:
                self.arrived.append(body.decode())
            self.headers.append({name.lower(): value for name, value in handler.headers.items()})
            self.paths.append(handler.path)
            play = self.plays.pop(0) if self.plays else Play()
        self.came.set()
        if play.hold:
            self.let_go.wait(60)
        if not play.cut:
            self._answer(handler, play)

    def _answer(self, handler: BaseHTTPRequestHandler, play: Play) -> None:
        payload = play.body if isinstance(play.body, bytes) else json.dumps(play.body).encode()
        try:
            handler.send_response(play.status)
            for name, value in play.headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(payload)))
            handler.end_headers()
            for place in range(len(payload) if play.drip else 0):
                handler.wfile.write(payload[place : place + 1])
                handler.wfile.flush()
                if self.let_go.wait(0.1):
                    return
            if not play.drip:
                handler.wfile.write(payload)
        except OSError:
            return  # whoever asked has hung up


@contextmanager
def a_robot(*plays: Play) -> Iterator[RobotServer]:
    robot = RobotServer(plays=list(plays))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            robot.take(self)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    robot.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield robot
    finally:
        robot.let_go.set()
        server.shutdown()
        server.server_close()
        thread.join()
