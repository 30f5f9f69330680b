"""An OpenAI-compatible server on the loopback that says what a script tells it to, well or badly."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Script:
    """What the server does next; `say` gets the request and gives the pieces to stream."""

    say: Callable[[dict[str, Any]], list[str]] = lambda asked: ["hello"]
    status: int = 200
    silent: float = 0.0  # seconds before the first piece
    cut: bool = False  # closes the connection in the middle of a piece
    garbage: bool = False  # events that are no JSON
    picky: bool = False  # refuses what it does not know
    asked: list[dict[str, Any]] = field(default_factory=list)
    sent: int = 0


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """Its base address while it runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            return

        def do_GET(self) -> None:
            self._json(200, {"object": "list", "data": [{"id": "scripted", "object": "model", "created": 0, "owned_by": "t"}]})

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            script.asked.append(asked)
            if script.status != 200:
                return self._json(script.status, {"error": {"message": "no", "type": "x"}})
            if script.picky and "chat_template_kwargs" in asked:
                return self._json(400, {"error": {"message": "unknown parameter", "type": "x"}})
            time.sleep(script.silent)
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            try:
                for piece in script.say(asked):
                    self._event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
                    script.sent += 1
                if script.garbage:
                    self.wfile.write(b"data: {no json\n\n")
                if script.cut:
                    self.wfile.write(b'data: {"choices": [{"ind')
                    return None
                self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
                self.wfile.write(b"data: [DONE]\n\n")
            except (BrokenPipeError, ConnectionResetError):
                pass
            return None

        def _event(self, data: dict[str, Any]) -> None:
            whole = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "scripted", **data}
            self.wfile.write(f"data: {json.dumps(whole, ensure_ascii=False)}\n\n".encode())
            self.wfile.flush()

        def _json(self, status: int, data: dict[str, Any]) -> None:
            body = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
