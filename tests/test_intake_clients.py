"""Segment's own clients, unmodified but for their host, against a server that writes down what they send."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
from segment.analytics.client import Client

from funnel.events import LeadCaptured, LeadEngaged, LeadIdentified
from funnel.playbook import Playbook
from intake import segment
from intake.answer import Parsed
from intake.body import decode
from intake.signature import write_key

NODE = Path(__file__).parent / "node"
KEY = "s3cret"


class Heard(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def plain(self) -> bytes:
        return decode(self.body, self.headers.get("Content-Encoding"))

    @property
    def parsed(self) -> Parsed:
        kind = self.path.removeprefix("/v1/")
        return segment.parse(kind, self.plain, datetime.now(UTC), Playbook())


class Recorder(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.heard: list[Heard] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    server: Recorder

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append(Heard(self.path, dict(self.headers), body))
        answer = json.dumps(segment.ANSWER).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Silence."""


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("gzip", [False, True])
def test_the_python_client(recorder: Recorder, *, gzip: bool) -> None:
    failures: list[Any] = []
    client = Client(KEY, host=recorder.url, gzip=gzip, on_error=lambda *failure: failures.append(failure))
    client.identify("u1", {"email": "ana@example.com"})
    client.track("u1", "Contact Form Submitted", {"form": "Contact sales", "message": "Call me"})
    client.page("u1", name="Pricing", properties={"url": "https://example.com/pricing"})
    client.screen("u1", name="Home")
    client.group("u1", "g1", {"name": "Initech"})
    client.alias("a1", "u1")
    client.shutdown()

    assert failures == []
    assert [one.path for one in recorder.heard] == ["/v1/batch"]
    (request,) = recorder.heard
    assert request.headers.get("Content-Encoding") == ("gzip" if gzip else None)
    assert write_key(request.headers, KEY)
    assert not write_key(request.headers, "other", request.plain)
    assert request.parsed.problems == ()
    assert [type(event) for event in request.parsed.events] == [
        LeadIdentified,
        LeadCaptured,
        LeadEngaged,
        LeadEngaged,
        LeadIdentified,
        LeadIdentified,
    ]
    assert len({event.id for event in request.parsed.events}) == 6


@pytest.mark.skipif(
    not (shutil.which("node") and (NODE / "node_modules").is_dir()),
    reason=f"the Node client is not installed: run `npm ci` in {NODE}",
)
def test_the_node_client(recorder: Recorder) -> None:
    node = shutil.which("node") or "node"
    subprocess.run([node, "send.mjs", recorder.url, KEY], cwd=NODE, check=True, timeout=120)  # noqa: S603

    assert [one.path for one in recorder.heard] == ["/v1/batch"]
    (request,) = recorder.heard
    assert write_key(request.headers, KEY)
    assert request.parsed.problems == ()
    assert [type(event) for event in request.parsed.events] == [LeadIdentified, LeadEngaged, LeadCaptured]
    captured = request.parsed.events[2]
    assert isinstance(captured, LeadCaptured)
    assert (captured.form, captured.comment) == ("Contact sales", "Please call me.")
    assert captured.origin
    assert captured.origin.campaign == "Spring"


def test_the_node_clients_lock_file_names_no_registry() -> None:
    lock = json.loads((NODE / "package-lock.json").read_text())

    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
