"""A server on loopback that does what a test tells it: answers, cuts connections, says nothing."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit


class Request(NamedTuple):
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


class Answer(NamedTuple):
    """An answer to give."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = MappingProxyType({})

    def written(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body or {}).encode()


class Cut:
    """The connection is closed without an answer."""


class Silence:
    """Nothing is said until the test is over."""


class Drip(NamedTuple):
    """An answer that never ends, a byte now and then."""

    every: float


class Forwarded(NamedTuple):
    """The request goes to another server; its answer is passed on, or lost."""

    url: str
    lost: bool


def error(
    status: int, code: str, details: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """An error as the marketplace answers it."""
    body = {"error": {"code": code, "message": f"It is {code}.", "details": details or {}, "request_id": "req_body"}}
    return Answer(status, body, {"X-Request-ID": "req_1", **(headers or {})})


class FaultServer:
    """Does the next thing of `script` for every request, and the last one again and again."""

    def __init__(self) -> None:
        self.script: list[Any] = []
        self.requests: list[Request] = []
        self.over = threading.Event()
        self._lock = threading.Lock()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def serve(self) -> None:
                owner.handle(self)

        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            setattr(Handler, f"do_{method}", Handler.serve)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/api"

    def will(self, *script: Any) -> Self:
        """What it does with the requests to come."""
        self.script = list(script)
        return self

    def answers(self, respond: Callable[[Request], Answer]) -> Self:
        """Every request is answered by a function."""
        return self.will(respond)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        request = Request(handler.command, handler.path, headers, body)
        with self._lock:
            self.requests.append(request)
            todo = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if callable(todo) and not isinstance(todo, type):
            todo = todo(request)
        match todo:
            case Forwarded(url, lost):
                answer = forward(url, request)
                if lost:
                    cut(handler)
                else:
                    send(handler, answer)
            case Silence():
                self.over.wait(30)
                cut(handler)
            case Drip(every):
                handler.send_response(200)
                handler.send_header("Transfer-Encoding", "chunked")
                handler.end_headers()
                while not self.over.wait(every):
                    try:
                        handler.wfile.write(b"1\r\n \r\n")
                    except OSError:
                        break
                handler.close_connection = True
            case Answer():
                send(handler, todo)
            case _:
                cut(handler)


def send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    content = b"" if answer.status in (204, 304) else answer.written()
    handler.send_response(answer.status)
    for name, value in {"Content-Type": "application/json", **answer.headers}.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def cut(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def forward(url: str, request: Request) -> Answer:
    to = urlsplit(url)
    connection = http.client.HTTPConnection(to.hostname or "", to.port, timeout=30)
    headers = {name: value for name, value in request.headers.items() if name not in ("host", "accept-encoding")}
    connection.request(request.method, request.target, request.body, headers)
    response = connection.getresponse()
    content = response.read()
    kept = {name: value for name, value in response.getheaders() if name.lower() not in ("content-length", "date")}
    connection.close()
    return Answer(response.status, content, kept)
