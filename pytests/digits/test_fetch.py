"""Download of MNIST, against a web server on this machine."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from digitrig.digits.fetch import MIRRORS, fetch_mnist
from digitrig.digits.mnist import FILES, MnistFile
from digitrig.errors import UsageError

CONTENT = bytes(index * index % 251 for index in range(50_000))
PACKED = gzip.compress(CONTENT, mtime=0)
FILE = MnistFile("some-idx3-ubyte", hashlib.md5(CONTENT, usedforsecurity=False).hexdigest())


class Server:
    """A mirror that can be told to misbehave; `requests` has (path, Range header) of what was asked."""

    def __init__(self) -> None:
        self.body = PACKED
        self.ranges = True
        self.cut_after: int | None = None
        self.status = 200
        self.requests: list[tuple[str, str | None]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                """Keep the test output clean."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/mnist/"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        wanted = request.headers.get("Range")
        self.requests.append((request.path, wanted))
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.ranges else 0
        if self.status != 200 or start >= len(self.body):
            request.send_error(416 if self.status == 200 else self.status)
            return
        body = self.body[start:]
        request.send_response(206 if start else 200)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body if self.cut_after is None else body[: self.cut_after])


@pytest.fixture
def server() -> Iterator[Server]:
    mirror = Server()
    thread = threading.Thread(target=mirror.http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield mirror
    mirror.http.shutdown()
    mirror.http.server_close()
    thread.join()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_file_is_fetched_checked_and_kept_packed(server: Server, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int | None]] = []
    paths = fetch_mnist(tmp_path / "new", mirrors=[server.url], files=[FILE], progress=lambda *a: seen.append(a))
    assert paths == [tmp_path / "new" / "some-idx3-ubyte.gz"]
    assert paths[0].read_bytes() == PACKED
    assert names(tmp_path / "new") == ["some-idx3-ubyte.gz"]
    assert seen[-1] == ("some-idx3-ubyte", len(PACKED), len(PACKED))
    assert server.requests == [("/mnist/some-idx3-ubyte.gz", None)]


def test_what_is_there_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "some-idx3-ubyte").write_bytes(CONTENT)
    assert fetch_mnist(tmp_path, mirrors=[server.url], files=[FILE]) == [tmp_path / "some-idx3-ubyte"]
    assert server.requests == []


def test_broken_download_is_taken_up_where_it_ended(server: Server, tmp_path: Path) -> None:
    server.cut_after = 300
    with pytest.raises(UsageError, match=rf"connection ended after 300 of {len(PACKED)} bytes"):
        fetch_mnist(tmp_path, mirrors=[server.url], files=[FILE])
    assert names(tmp_path) == ["some-idx3-ubyte.gz.part"]
    server.cut_after = None
    assert fetch_mnist(tmp_path, mirrors=[server.url], files=[FILE])[0].read_bytes() == PACKED
    assert server.requests[-1][1] == "bytes=300-"
    assert names(tmp_path) == ["some-idx3-ubyte.gz"]


def test_server_without_ranges_starts_over(server: Server, tmp_path: Path) -> None:
    (tmp_path / "some-idx3-ubyte.gz.part").write_bytes(PACKED[:100])
    server.ranges = False
    assert fetch_mnist(tmp_path, mirrors=[server.url], files=[FILE])[0].read_bytes() == PACKED


def test_part_of_another_packing_is_thrown_away(server: Server, tmp_path: Path) -> None:
    (tmp_path / "some-idx3-ubyte.gz.part").write_bytes(b"\0" * 200)
    assert fetch_mnist(tmp_path, mirrors=[server.url], files=[FILE])[0].read_bytes() == PACKED
    assert [wanted for _, wanted in server.requests] == ["bytes=200-", None]


def test_complete_part_needs_no_more_bytes(server: Server, tmp_path: Path) -> None:
    (tmp_path / "some-idx3-ubyte.gz.part").write_bytes(PACKED)
    assert fetch_mnist(tmp_path, mirrors=[server.url], files=[FILE])[0].read_bytes() == PACKED


def test_another_packing_of_the_same_bytes_is_right(server: Server, tmp_path: Path) -> None:
    server.body = gzip.compress(CONTENT, compresslevel=1, mtime=5)
    assert fetch_mnist(tmp_path, mirrors=[server.url], files=[FILE])[0].read_bytes() == server.body


def test_wrong_bytes_are_never_kept(server: Server, tmp_path: Path) -> None:
    server.body = gzip.compress(CONTENT[:-1] + b"!", mtime=0)
    with pytest.raises(UsageError, match=r"some-idx3-ubyte\.gz: not the published file \(MD5 differs\)"):
        fetch_mnist(tmp_path, mirrors=[server.url], files=[FILE])
    assert names(tmp_path) == []


def test_next_mirror_serves_where_the_first_fails(server: Server, tmp_path: Path) -> None:
    dead = "http://127.0.0.1:9/"  # port 9, "discard", has no server on a test machine
    assert fetch_mnist(tmp_path, mirrors=[dead, server.url], files=[FILE])[0].read_bytes() == PACKED


def test_without_a_network_the_error_tells_of_the_variable(server: Server, tmp_path: Path) -> None:
    server.status = 404
    with pytest.raises(UsageError) as caught:
        fetch_mnist(tmp_path, mirrors=["http://127.0.0.1:9/", server.url], files=[FILE])
    text = str(caught.value)
    assert text.startswith("cannot download MNIST file 'some-idx3-ubyte.gz'; tried http://127.0.0.1:9/some-idx3")
    assert f"{server.url}some-idx3-ubyte.gz: Not Found" in text
    assert "put the four IDX files into a folder and set DIGITRIG_MNIST to it, or use the data set 'ink'" in text


def test_only_https_is_trusted_beyond_this_machine(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"mirror 'http://example\.org/' is not https; expected https://\.\.\."):
        fetch_mnist(tmp_path, mirrors=["http://example.org/"], files=[FILE])
    assert all(mirror.startswith("https://") for mirror in MIRRORS)


def test_four_files_are_the_default() -> None:
    assert sorted(file.name for file in FILES.values()) == [
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
    ]


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot make the folder"):
        fetch_mnist(tmp_path / "file", mirrors=[], files=[FILE])
