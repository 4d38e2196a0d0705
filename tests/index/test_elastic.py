"""The Elasticsearch backend keeps the contract on a real server."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from index.base import MentionIndex, MentionQuery, Rejected, Sort
from index.document import IndexDocument, build_document
from index.elastic import ElasticIndex
from index.elastic_storage import ElasticStorage, build_client
from index.nodes import Word
from langnghe.errors import IndexUnavailable
from langnghe.settings import Settings
from tests.index.contract import IndexContract
from tests.index.samples import build_mention
from tests.servers import free_port


class TestElastic(IndexContract):
    @pytest.fixture
    def index(self, storage: ElasticStorage) -> MentionIndex:
        return ElasticIndex(storage)


Answer = tuple[int, dict[str, Any]]


@contextmanager
def scripted_cluster(answers: list[Answer]) -> Iterator[tuple[ElasticStorage, list[list[str]]]]:
    """A far end that gives the answers one by one and keeps the ids of each bulk request."""
    asked: list[list[str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            lines = self.rfile.read(int(self.headers["Content-Length"])).splitlines()
            actions = [json.loads(line) for line in lines[::2]]
            asked.append([action["index"]["_id"] for action in actions])
            status, body = answers.pop(0)
            payload = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/vnd.elasticsearch+json;compatible-with=8")
            self.send_header("X-Elastic-Product", "Elasticsearch")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    client = build_client(Settings(elasticsearch_url=f"http://127.0.0.1:{server.server_port}", _env_file=None))
    yield ElasticStorage(client, "test", pause=lambda _: None), asked
    client.close()
    server.shutdown()
    server.server_close()


def _items(**statuses: int) -> Answer:
    items = [
        {"index": {"_id": id_, "status": status} | ({"error": {"reason": f"lỗi {status}"}} if status >= 400 else {})}
        for id_, status in statuses.items()
    ]
    return 200, {"errors": True, "items": items}


def _documents(*ids: str) -> list[IndexDocument]:
    return [replace(build_document(build_mention(id_)), id=id_) for id_ in ids]


def test_only_what_the_cluster_was_too_busy_for_is_sent_again() -> None:
    busy: Answer = (429, {"error": {"reason": "busy"}, "status": 429})
    answers = [busy, _items(a=201, b=429, c=503), _items(b=429, c=200), _items(b=201)]
    with scripted_cluster(answers) as (storage, asked):
        assert storage.write(_documents("a", "b", "c")) == []
    assert asked == [["a", "b", "c"], ["a", "b", "c"], ["b", "c"], ["b"]]


def test_a_poisoned_document_is_named_and_the_rest_is_kept() -> None:
    with scripted_cluster([_items(a=201, b=400, c=409)]) as (storage, asked):
        assert storage.write(_documents("a", "b", "c")) == [Rejected("b", "lỗi 400")]
    assert len(asked) == 1


@pytest.mark.parametrize("status", [403, 404])
def test_a_blocked_cluster_is_down_not_a_reason_to_drop_documents(status: int) -> None:
    with scripted_cluster([_items(a=status)]) as (storage, _), pytest.raises(IndexUnavailable, match="Không ghi được"):
        storage.write(_documents("a"))


def test_a_cluster_that_stays_busy_is_reported_in_the_end() -> None:
    with scripted_cluster([_items(a=429)] * 6) as (storage, asked), pytest.raises(IndexUnavailable, match="quá tải"):
        storage.write(_documents("a"))
    assert len(asked) == 6


def test_an_absent_cluster_is_reported_in_plain_words() -> None:
    settings = Settings(elasticsearch_url=f"http://127.0.0.1:{free_port()}", _env_file=None)
    with pytest.raises(IndexUnavailable, match="Elasticsearch không trả lời"):
        ElasticIndex(ElasticStorage(build_client(settings), "test"))


def test_unknown_fields_are_refused_by_the_server(storage: ElasticStorage) -> None:
    storage.ensure()
    poisoned = replace(_documents("a")[0], values={"không_khai_báo": ("x",)})
    rejected = storage.write([poisoned, *_documents("b")])
    assert [item.id for item in rejected] == ["a"]
    assert "strict" in rejected[0].reason


def test_a_late_retry_never_overwrites_newer_text_and_a_deleted_mention_may_come_back(storage: ElasticStorage) -> None:
    index = ElasticIndex(storage)
    index.upsert([build_mention("mới", name="bài", revision=3)])
    index.upsert([build_mention("cũ", name="bài", revision=2)])
    assert [hit.mention.text for hit in index.scan(MentionQuery())] == ["mới"]
    index.delete([build_mention("", name="bài").id])
    assert index.count(MentionQuery()) == 0
    index.upsert([build_mention("mới", name="bài", revision=3)])
    assert index.count(MentionQuery()) == 1


def test_exports_stream_past_ten_thousand(storage: ElasticStorage) -> None:
    index = ElasticIndex(storage)
    n = 10_500
    for start in range(0, n, 1500):
        index.upsert([build_mention("ngập", name=str(i)) for i in range(start, start + 1500)])
    query = MentionQuery(text=Word(text="ngập"), sort=Sort.RELEVANCE)
    assert len({hit.mention.id for hit in index.scan(query)}) == index.count(query) == n
    assert index.search(MentionQuery(), limit=1).total == n
