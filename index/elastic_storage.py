"""The Elasticsearch side of things: the client, the mapping, the alias, and bulk writes that survive a busy cluster."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError, BadRequestError, Elasticsearch, NotFoundError, TransportError

from index.base import Facet, Rejected
from index.document import IndexDocument
from langnghe.errors import IndexUnavailable
from langnghe.settings import Settings

SCHEMA_VERSION = 1
REQUEST_TIMEOUT_S = 30
BULK_ITEMS = 500
BULK_ATTEMPTS = 6
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
_BUSY = frozenset({429, 502, 503, 504})
_UNWRITABLE = frozenset({403, 404})
"""Blocked (disk full, read-only) or without the alias: the documents are sound."""
_CONFLICT = 409
"""A newer revision is held already."""

_KEYWORD: dict[str, Any] = {"type": "keyword"}
_DATE: dict[str, Any] = {"type": "date", "format": "epoch_millis"}
MAPPING: dict[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "id": _KEYWORD,
        "revision": {"type": "long"},
        "exact": {"type": "text", "analyzer": "standard"},
        "folded": {"type": "text", "analyzer": "standard"},
        "published": _DATE,
        "collected": _DATE,
        "order": {"type": "long"},
        **dict.fromkeys((*(facet.value for facet in Facet), "cluster", "mark"), _KEYWORD),
        "body": {"type": "keyword", "index": False, "doc_values": False},
    },
}
INDEX_SETTINGS: dict[str, Any] = {"index": {"number_of_shards": 1, "max_result_window": 10_000}}


def build_client(settings: Settings) -> Elasticsearch:
    """Opens no connection yet. Busy answers and time-outs are retried inside the client, too."""
    options: dict[str, Any] = {
        "request_timeout": REQUEST_TIMEOUT_S,
        "retry_on_timeout": True,
        "retry_on_status": (502, 503, 504),
        "max_retries": 2,
    }
    if settings.elasticsearch_api_key:
        options["api_key"] = settings.elasticsearch_api_key.get_secret_value()
    elif settings.elasticsearch_username and settings.elasticsearch_password:
        password = settings.elasticsearch_password.get_secret_value()
        options["basic_auth"] = (settings.elasticsearch_username, password)
    if settings.elasticsearch_ca:
        options["ca_certs"] = str(settings.elasticsearch_ca)
    return Elasticsearch(settings.elasticsearch_url, **options)


@contextmanager
def unavailable_on_error() -> Iterator[None]:
    try:
        yield
    except (ApiError, TransportError) as error:
        raise IndexUnavailable(f"Elasticsearch không trả lời được lúc này: {_reason(error)}") from error


@dataclass(frozen=True)
class ElasticStorage:
    """Documents of one alias. Every method raises IndexUnavailable."""

    client: Elasticsearch
    alias: str
    pause: Callable[[float], None] = time.sleep

    def ensure(self) -> None:
        """The template for every physical index of the alias, and the first of them."""
        with unavailable_on_error():
            body = {"settings": INDEX_SETTINGS, "mappings": MAPPING}
            self.client.indices.put_index_template(
                name=self.alias, index_patterns=[f"{self.alias}-*"], template=body, version=SCHEMA_VERSION
            )
            if not self.client.indices.exists_alias(name=self.alias):
                self._create(self._physical(1))

    def clear(self) -> None:
        """A new, empty physical index takes the alias; the old one is removed."""
        with unavailable_on_error():
            old = sorted(self.client.indices.get_alias(name=self.alias))
            number = int(old[-1].rsplit("-", 1)[1]) + 1
            new = self._physical(number)
            self.client.indices.create(index=new)
            actions: list[dict[str, Any]] = [{"remove_index": {"index": name}} for name in old]
            self.client.indices.update_aliases(actions=[*actions, {"add": {"index": new, "alias": self.alias}}])

    def write(self, documents: Sequence[IndexDocument]) -> list[Rejected]:
        """A document older than the one held is ignored. Visible on return."""
        operations = [({"index": _target(d.id, d.revision)}, _source(d)) for d in documents]
        return self._bulk(operations)

    def delete(self, ids: Sequence[str]) -> None:
        """With the revision that is held, so that the same revision may come back."""
        if not ids:
            return
        with unavailable_on_error():
            found = self.client.mget(index=self.alias, ids=list(ids), source=False)["docs"]
        operations = [({"delete": _target(doc["_id"], doc["_version"])}, None) for doc in found if doc.get("found")]
        self._bulk(operations)

    def _create(self, name: str) -> None:
        try:
            self.client.indices.create(index=name, aliases={self.alias: {}})
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise

    def _physical(self, number: int) -> str:
        return f"{self.alias}-v{SCHEMA_VERSION}-{number:06}"

    def _bulk(self, operations: Sequence[tuple[dict[str, Any], dict[str, Any] | None]]) -> list[Rejected]:
        rejected: list[Rejected] = []
        for start in range(0, len(operations), BULK_ITEMS):
            rejected += self._bulk_until_taken(operations[start : start + BULK_ITEMS])
        return rejected

    def _bulk_until_taken(self, waiting: Sequence[tuple[dict[str, Any], dict[str, Any] | None]]) -> list[Rejected]:
        """Sends again what the cluster was too busy for, and nothing else."""
        rejected: list[Rejected] = []
        for attempt in range(BULK_ATTEMPTS):
            waiting = self._bulk_once(waiting, rejected)
            if not waiting:
                return rejected
            longest = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**attempt)
            self.pause(random.uniform(longest / 2, longest))
        raise IndexUnavailable(f"Elasticsearch quá tải: {len(waiting)} bài chưa ghi được, sẽ thử lại sau")

    def _bulk_once(
        self, waiting: Sequence[tuple[dict[str, Any], dict[str, Any] | None]], rejected: list[Rejected]
    ) -> Sequence[tuple[dict[str, Any], dict[str, Any] | None]]:
        """One request; returns what should be sent again."""
        lines = [line for action, source in waiting for line in (action, source) if line is not None]
        try:
            with unavailable_on_error():
                items = self.client.bulk(index=self.alias, operations=lines, refresh=True, require_alias=True)["items"]
        except IndexUnavailable as error:
            if getattr(error.__cause__, "status_code", None) == 429:
                return waiting
            raise
        again = []
        for operation, item in zip(waiting, items, strict=True):
            ((_, outcome),) = item.items()
            if "error" not in outcome or outcome["status"] == _CONFLICT:
                continue
            if outcome["status"] in _BUSY:
                again.append(operation)
            elif outcome["status"] in _UNWRITABLE:
                raise IndexUnavailable(f"Không ghi được vào Elasticsearch: {outcome['error']['reason']}")
            else:
                rejected.append(Rejected(outcome["_id"], str(outcome["error"]["reason"])))
        return again


def _target(id_: str, version: int) -> dict[str, Any]:
    return {"_id": id_, "version": version, "version_type": "external_gte"}


def _source(document: IndexDocument) -> dict[str, Any]:
    names = ("id", "revision", "exact", "folded", "published", "collected", "order", "body")
    return {name: getattr(document, name) for name in names} | {k: list(v) for k, v in document.values.items()}


def _reason(error: Exception) -> str:
    if isinstance(error, NotFoundError):
        return "không có chỉ mục; hãy chạy `langnghe reindex`"
    return str(error).splitlines()[0]
