"""A small portal on this machine: real HTTP, two shapes of reply, faults that can be switched on.

GET /pa/dossier/search, /pa/payment/search    iGate 2: page numbers, `content`, a bearer token
GET /api/HoSo                                 national: offset, `data`, a token in `session`
GET /api/YeuCauThanhToan                      national: a cursor
POST /faults?name=storm&times=3&after=2       a fault, for demonstrations
"""

import gzip
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import parse_qsl, urlsplit

from pipelines.commands.demo_portal.portal import Portal

STALL_SECONDS = 2.0
DRIP_SECONDS = 0.05
# Made beforehand: on a busy machine a client would not wait for it.
BOMB = gzip.compress(b" " * (65 << 20), compresslevel=1)
# Replies whose wrapping drips, and never ends: how each begins, and what comes again and again.
_CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
SLOW = {
    "slow_status": (b"HTTP/1.1 200 ", b"O"),
    "slow_headers": (b"HTTP/1.1 200 OK\r\n", b"X-Slow: x\r\n"),
    "slow_continues": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "slow_extension": (_CHUNKED + b"\r\n2;slow=", b"x"),
    "slow_trailers": (_CHUNKED + b"\r\n2\r\n{}\r\n0\r\n", b"X-Slow: x\r\n"),
    # The name of a packed file may be as long as it likes.
    "slow_packing": (
        _CHUNKED + b"Content-Encoding: gzip\r\n\r\nffff\r\n\x1f\x8b\x08\x08" + bytes(6), b"x",
    ),
}  # fmt: skip
MOST_SLOW_BYTES = 400


@contextmanager
def served(portal: Portal, port: int = 0, *, certificate: Path | None = None) -> Iterator[Portal]:
    """Serve the portal on 127.0.0.1 until the block ends, by https where it has a certificate."""
    handler = type("Handler", (_Handler,), {"portal": portal})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    portal.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield portal
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def dripping(start: bytes, pause: float = DRIP_SECONDS) -> Iterator[int]:
    """Serve, on the port that it yields, what no portal says, byte by byte."""
    handler = type("Dripping", (_Dripping,), {"start": start, "pause": pause})
    with ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


class _Dripping(StreamRequestHandler):
    start: bytes
    pause: float

    def handle(self) -> None:
        with suppress(BrokenPipeError, ConnectionResetError):
            for byte in self.start + b"x" * MOST_SLOW_BYTES:
                self.wfile.write(bytes([byte]))
                time.sleep(self.pause)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    portal: Portal

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query))
        self.portal.asked.append((parts.path, asked))
        self.portal.headers.append(dict(self.headers.items()))
        fault = self.portal.faults.next()
        with suppress(BrokenPipeError, ConnectionResetError):
            if fault in SLOW:
                self._drip(*SLOW[fault])
            elif self._fails_early(fault):
                pass
            elif not self._is_logged_in():
                self._send(401, b'{"message": "no session"}')
            elif parts.path not in self.portal.lists:
                self._send(404, b'{"message": "no such path"}')
            else:
                self._answer(parts.path, asked, fault)

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query))
        try:
            numbers = {name: int(asked[name]) for name in ("times", "after") if name in asked}
            self.portal.faults.switch_on(asked.get("name", ""), **numbers)
        except ValueError as error:
            self._send(400, str(error).encode())
            return
        self._send(200, b"{}")

    def date_time_string(self, timestamp: float | None = None) -> str:
        return self.portal.date or super().date_time_string(timestamp)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing: the tests ask what was asked."""

    def _is_logged_in(self) -> bool:
        given = self.headers.get("Authorization"), self.headers.get("session")
        return given[0] == f"Bearer {self.portal.token}" or given[1] == self.portal.token

    def _answer(self, path: str, asked: dict[str, str], fault: str | None) -> None:
        reply = self.portal.reply(path, asked, fault)
        nothing = self.portal.nothing
        if nothing is not None and not (reply.get("content") or reply.get("data")):
            self._send(200 if nothing else 204, nothing.encode())
            return
        if fault == "envelope":
            reply = {"items" if key in ("content", "data") else key: reply[key] for key in reply}
        body = self.portal.on_the_wire(json.dumps(reply, ensure_ascii=False, indent=1).encode())
        if fault == "truncated":
            self._send(200, body[: len(body) // 2])
        elif fault == "cut":
            self._head(200, len(body))
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.close_connection = True
        elif fault == "drip":
            self._head(200, len(body))
            for byte in body:
                self.wfile.write(bytes([byte]))
                time.sleep(DRIP_SECONDS)
        elif fault == "chunks":
            self._send_in_chunks(gzip.compress(body, 1))
        elif fault == "not_gzip":
            self._head(200, len(body), ("Content-Encoding", "gzip"))
            self.wfile.write(body)
        elif "gzip" in self.headers.get("Accept-Encoding", ""):
            packed = gzip.compress(body, 1)
            self._head(200, len(packed), ("Content-Encoding", "gzip"))
            self.wfile.write(packed)
        else:
            self._send(200, body)

    def _send_in_chunks(self, packed: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(packed), 100):
            part = packed[start : start + 100]
            self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def _fails_early(self, fault: str | None) -> bool:
        """Answer with the fault; return whether that was all."""
        missing = self.portal.missing_status
        statuses = {"error": 500, "expired": 401, "forbidden": 403, "missing": missing}
        if fault in statuses:
            self._send(statuses[fault], b'{"message": "no"}')
        elif fault == "storm":
            self._send(429, b'{"message": "too often"}', ("Retry-After", self.portal.retry_after))
        elif fault == "empty":
            self._send(200, b"")
        elif fault == "html":
            self._send(200, b"<html>Log in</html>", kind="text/html; charset=utf-8")
        elif fault == "redirect":
            self._send(302, b"", ("Location", self.portal.elsewhere))
        elif fault == "stall":
            time.sleep(STALL_SECONDS)
            self.close_connection = True
        elif fault in ("endless", "astray"):
            status = 302 if fault == "astray" else 200
            self._head(status, 1 << 40, ("Location", self.portal.elsewhere))
            for _ in range(1 << 12):
                self.wfile.write(b" " * (64 << 10))
        elif fault == "bomb":
            self._head(200, len(BOMB), ("Content-Encoding", "gzip"))
            self.wfile.write(BOMB)
        else:
            return False
        return True

    def _drip(self, start: bytes, again: bytes) -> None:
        self.wfile.write(start)
        for number in range(MOST_SLOW_BYTES):
            self.wfile.write(again[number % len(again) :][:1])
            time.sleep(DRIP_SECONDS)
        self.close_connection = True

    def _send(
        self, status: int, body: bytes, *more: tuple[str, str], kind: str = "application/json"
    ) -> None:
        self._head(status, len(body), *more, kind=kind)
        self.wfile.write(body)

    def _head(
        self, status: int, size: int, *more: tuple[str, str], kind: str = "application/json"
    ) -> None:
        self.send_response(status)
        for name, text in (("Content-Type", kind), ("Content-Length", str(size)), *more):
            self.send_header(name, text)
        self.end_headers()
