"""The files of `hub publish`: every form, read twice, years of history without holding them."""

import io
import json
import os
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hub.cli.main import app
from hub.cli.publish_files import EventFiles, FileUnreadable, FromFile, event_files

EVENTS: list[dict[str, Any]] = [{"source": "urn:hub:caf35:test", "id": f"e-{n}", "data": {"n": n}} for n in range(4)]
LINES = "\n".join(json.dumps(event) for event in EVENTS)


@contextmanager
def reading(folder: Path, content: str | bytes) -> Iterator[EventFiles]:
    file = folder / "events.json"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with event_files([file], io.BytesIO()) as events:
        yield events


def ids(events: EventFiles) -> list[str | None]:
    return [event.id for event in events]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (json.dumps(EVENTS[0]), 1),
        (json.dumps(EVENTS[0], indent=2), 1),
        (json.dumps(EVENTS), 4),
        (json.dumps(EVENTS, indent=2), 4),
        ("[\n" + ",\n".join(json.dumps(event) for event in EVENTS) + "\n]", 4),
        (LINES, 4),
        (f"\n\n{LINES}\n\n", 4),
        (LINES.replace("\n", "\r\n"), 4),
        (LINES.replace("\n", "\r"), 4),
        ("[]", 0),
    ],
    ids=["object", "long-object", "array", "long-array", "object-a-line-array", "lines", "blank", "crlf", "cr", "none"],
)
def test_each_form_gives_its_events_in_order_as_often_as_asked(tmp_path: Path, content: str, expected: int) -> None:
    with reading(tmp_path, content) as events:
        assert expected == events.count()
        assert [event["id"] for event in EVENTS[:expected]] == ids(events) == ids(events)


@pytest.mark.parametrize(
    "content",
    ["", "{nonsense", LINES + "\n{nonsense", LINES + "\n}", b"[\xff]", b'{"id": "\xff"}', "[1, 2", "[" * 100_000],
    ids=["empty", "broken", "last-line-broken", "one-brace-more", "latin-1", "latin-1-text", "cut-off", "too-deep"],
)
def test_a_broken_file_is_named(tmp_path: Path, content: str | bytes) -> None:
    with reading(tmp_path, content) as events, pytest.raises(FileUnreadable, match=r"events\.json is neither JSON nor"):
        events.count()


def test_what_is_no_event_is_passed_on_to_be_refused(tmp_path: Path) -> None:
    with reading(tmp_path, '{"id": 5}\n["an", "array"]') as events:
        assert [FromFile(b'{"id": 5}', None, None), FromFile(b'["an", "array"]', None, None)] == list(events)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(FileUnreadable, match=r"none\.json cannot be read"),
        event_files([tmp_path / "none.json"], io.BytesIO()),
    ):
        pass


def test_standard_input_and_a_named_pipe_can_be_read_twice(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(LINES,))
    writer.start()
    with event_files([Path("-"), pipe], io.BytesIO(LINES.encode())) as events:
        writer.join()
        assert 8 == events.count()
        assert [event["id"] for event in EVENTS] * 2 == ids(events)


def test_a_long_history_is_never_held_in_memory(tmp_path: Path) -> None:
    line = json.dumps(EVENTS[0] | {"filler": "x" * 5_000}) + "\n"
    with reading(tmp_path, line * 2_000) as events:
        tracemalloc.start()
        try:
            assert 2_000 == events.count()
            assert 1_000_000 > tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


class OneBatch(BaseHTTPRequestHandler):
    """Accepts one batch, then closes without an answer."""

    batches = 0

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
        type(self).batches += 1
        if self.batches > 1:
            self.close_connection = True
            return
        answers = [{"source": e["source"], "id": e["id"], "status": "accepted", "status_url": "/"} for e in sent]
        body = json.dumps(answers).encode()
        self.send_response(202)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def test_breaking_off_says_where_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "events").write_text("\n".join(json.dumps(EVENTS[0] | {"id": str(n)}) for n in range(250)))
    OneBatch.batches = 0
    server = HTTPServer(("127.0.0.1", 0), OneBatch)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        arguments = [str(tmp_path / "events"), "--url", url, "--token", "t", "--skip", "30", "--json"]
        done = CliRunner().invoke(app, ["publish", *arguments])
    finally:
        server.shutdown()
        server.server_close()
    assert [str(n) for n in range(30, 130)] == [json.loads(line)["id"] for line in done.stdout.splitlines()]
    assert "--skip 130" in str(getattr(done.exception, "way_out", done.exception))
