"""Servers on loopback that take alerts: a mail server with STARTTLS and log-in, a webhook."""

import base64
import contextlib
import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CERTIFICATE = Path(__file__).with_name("loopback.pem")


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps what it is given: messages, and each user with password; lets some in, or nobody."""

    daemon_threads = True

    def __init__(self, refused: int = 0, *, is_open: bool = True) -> None:
        super().__init__(("127.0.0.1", 0), _MailConversation)
        self.messages: list[EmailMessage] = []
        self.logins: list[tuple[str, str]] = []
        self.was_encrypted: list[bool] = []
        self.still_refused = refused
        self.is_open = is_open

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])


class _MailConversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        is_encrypted = False
        if self.server.still_refused:
            self.server.still_refused -= 1
            self._say("421 later")
            return
        self._say("220 loopback")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "EHLO":
                offered = "AUTH PLAIN" if is_encrypted else "STARTTLS"
                self._say(f"250-loopback\r\n250 {offered}")
            elif verb == "STARTTLS":
                self._say("220 go on")
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(CERTIFICATE)
                try:
                    connection = context.wrap_socket(self.connection, server_side=True)
                except OSError:
                    return
                self.request = self.connection = connection
                self.rfile.close()
                self.rfile, self.wfile = connection.makefile("rb"), connection.makefile("wb")
                is_encrypted = True
            elif verb == "AUTH":
                _, user, password = base64.b64decode(line.split()[-1]).decode().split("\0")
                self.server.logins.append((user, password))
                # Some servers say again what they were told.
                self._say("235 welcome" if self.server.is_open else f"535 not {user} {password}")
            elif verb == "DATA":
                self._say("354 go on")
                self.server.messages.append(self._message())
                self.server.was_encrypted.append(is_encrypted)
                self._say("250 taken")
            else:
                self._say("221 bye" if verb == "QUIT" else "250 well")

    def _message(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        return message_from_bytes(b"".join(lines), policy=policy.default)

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")
        self.wfile.flush()


class Webhook(ThreadingHTTPServer):
    """Keeps what is posted to it; answers with `status`, and announces a body of a length."""

    def __init__(self, status: int = 200, length: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.status = status
        self.length = length
        self.posts: list[tuple[str, dict[str, Any]]] = []

    @property
    def address(self) -> str:
        """Where to post to, but for the path."""
        return f"http://127.0.0.1:{self.server_port}"


class _Post(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.posts.append((self.path, body))
        self.send_response(self.server.status)
        self.send_header("Location", f"{self.server.address}/elsewhere")
        self.send_header("Content-Length", str(self.server.length))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on the terminal."""


@contextlib.contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    """Run a server until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
