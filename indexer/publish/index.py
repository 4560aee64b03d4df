"""The engine's side of publication: the live index, and beside it the one before it, which becomes the next one."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import meilisearch
from meilisearch.errors import MeilisearchApiError, MeilisearchCommunicationError

from indexer.engine import EngineError
from indexer.state import MAX_INTERVALS

LIVE = "programmes"
NEXT = f"{LIVE}_next"
BATCH = 1000
PAGE = 10_000
TASK_MINUTES = 60
LOOKS = 3
"""So often we look after a task when the connection breaks."""

SETTINGS: dict[str, Any] = {
    "searchableAttributes": [
        "schemes", "title", "yomi", "places", "issuer", "summary", "labels", "also", "body",
    ],
    "filterableAttributes": [
        "kind", "areas", "prefectures", "place_level", "theme", "stage", "lever", "field", "industry", "size", "gx",
        "issuer_level", "source", "featured", "listed", "procedure", "amount_max", "rate", "employees_max",
        "capital_max", "meant_for", "posted", "changed", "final", "starts", "id", "uuid",
        *(f"{end}_{i}" for i in range(MAX_INTERVALS) for end in ("opens", "closes", "closes_by")),
    ],
    "sortableAttributes": ["closes_0", "opens_0", "final", "posted", "changed", "amount_max", "rank", "breadth", "id"],
    "displayedAttributes": [
        "id", "hash", "hit", "times", "who", "ended", "rank", "breadth", "closes_0", "title", "summary", "body",
    ],
    # `sort` is a chosen order, and with a place the closer one. `attribute` tells names from texts, and almost always
    # by the word's position too: what stands behind it orders an answer without words.
    "rankingRules": [
        "words", "typo", "ended:asc", "sort", "attribute", "rank:asc", "breadth:asc", "closes_0:asc", "proximity",
        "exactness", "id:asc",
    ],
    "localizedAttributes": [{"attributePatterns": ["*"], "locales": ["jpn"]}],
    "pagination": {"maxTotalHits": 1_000_000},
    # Times are values too (search.counts and .moments): none may be left out.
    # In order of their names the engine counts values document by document where few are found, in that of their counts
    # value by value: a tenth of the time.
    "faceting": {"maxValuesPerFacet": 10_000, "sortFacetValuesBy": {"*": "count"}},
    "typoTolerance": {"minWordSizeForTypos": {"oneTypo": 5, "twoTypos": 9}, "disableOnAttributes": ["yomi"]},
}  # fmt: skip

UNORDERED = ("filterableAttributes", "sortableAttributes")

Hashes = dict[str, str]
"""The hash of each document that an index holds, by id."""

Told = Callable[[int], None]


class Index:
    """One index of the engine, by name. What it holds is read from it, never remembered elsewhere."""

    def __init__(self, client: meilisearch.Client, name: str) -> None:
        self.client, self.name = client, name
        self._index = client.index(name)

    def hashes(self) -> Hashes | None:
        """What it holds; None where there is no such index, or one whose settings are not ours."""
        if not self.sound():
            return None
        found: Hashes = {}
        while True:
            page = self.client.http.post(
                f"indexes/{self.name}/documents/fetch",
                {"offset": len(found), "limit": PAGE, "fields": ["id", "hash"]},
            )["results"]
            found.update((each["id"], each.get("hash", "")) for each in page)
            if len(page) < PAGE:
                return found

    def sound(self) -> bool:
        """Is there such an index, with the settings of this program?"""
        try:
            there = self._index.get_settings()
            return self.client.get_index(self.name).primary_key == "id" and _covers(there, SETTINGS)
        except MeilisearchApiError as error:
            if error.code == "index_not_found":
                return False
            raise

    def build(self) -> None:
        """An empty index in its place."""
        self.delete()
        wait(self.client, self.client.create_index(self.name, {"primaryKey": "id"}).task_uid)
        wait(self.client, self._index.update_settings(SETTINGS).task_uid)

    def delete(self) -> None:
        if exists(self.client, self.name):
            wait(self.client, self.client.delete_index(self.name).task_uid)

    def put(self, documents: Iterable[bytes], told: Told) -> int:
        """Adds documents (JSON), or replaces those with the same id; returns how many."""
        count, tasks = 0, []
        for batch in _batches(documents):
            body = b"[" + b",".join(batch) + b"]"
            tasks.append(self._index.add_documents_raw(body, content_type="application/json").task_uid)
            count += len(batch)
            told(count)
        for task in tasks:
            wait(self.client, task)
        return count

    def remove(self, ids: list[str]) -> None:
        if ids:
            wait(self.client, self.client.http.post(f"indexes/{self.name}/documents/delete-batch", ids)["taskUid"])

    def check(self, count: int, titles: Mapping[str, str]) -> None:
        """EngineError unless it holds so many documents, and those named are found by their titles."""
        there = self._index.get_stats().number_of_documents
        if there != count:
            raise EngineError(f"built {there} of {count} programmes: not published, the live index is as it was")
        for id, title in titles.items():
            found = self._index.search(
                title[:60], {"filter": f'id = "{id}"', "limit": 1, "locales": ["jpn"], "matchingStrategy": "last"}
            )
            if not found["hits"]:
                raise EngineError(f"{id} is not found by its title: not published")


def swap(client: meilisearch.Client) -> None:
    """The next index becomes the live one, and the live one the next, in one step."""
    change: dict[str, Any] = {"indexes": [LIVE, NEXT]}
    if not exists(client, LIVE):
        change = {"indexes": [NEXT, LIVE], "rename": True}
    wait(client, client.http.post("swap-indexes", [change])["taskUid"])


def settle(client: meilisearch.Client) -> None:
    """Waits for what a publication that died has still asked of the engine: it is done later, whoever asks next.

    Then deletes what publications of earlier versions left behind.
    """
    for task in _pending(client):
        client.wait_for_task(task, timeout_in_ms=TASK_MINUTES * 60_000, interval_in_ms=50)
    for each in client.get_indexes({"limit": 1000})["results"]:
        if each.uid.startswith(f"{LIVE}_") and each.uid != NEXT:
            wait(client, client.delete_index(each.uid).task_uid)


def _pending(client: meilisearch.Client) -> list[int]:
    found, start = [], None
    while True:
        asked = {"statuses": ["enqueued", "processing"], "limit": 1000} | ({"from": start} if start else {})
        page = client.get_tasks(asked)
        found += [each.uid for each in page.results if each.type == "indexSwap" or str(each.index_uid).startswith(LIVE)]
        start = page.next_
        if start is None:
            return sorted(found)


def exists(client: meilisearch.Client, name: str) -> bool:
    try:
        client.get_index(name)
    except MeilisearchApiError as error:
        if error.code == "index_not_found":
            return False
        raise
    return True


def wait(client: meilisearch.Client, task: int) -> None:
    """Until the engine has done it. EngineError where it refused."""
    for look in range(LOOKS):
        try:
            done = client.wait_for_task(task, timeout_in_ms=TASK_MINUTES * 60_000, interval_in_ms=50)
            break
        except MeilisearchCommunicationError:
            # A connection that broke says nothing of the task, and to look again does no harm.
            if look == LOOKS - 1:
                raise
            time.sleep(1)
    if done.status != "succeeded":
        raise EngineError(f"the engine refused a step of the publication: {done.error}")


def _covers(there: Any, ours: Any) -> bool:
    """Does the engine hold our settings? It adds defaults to tables, and orders sets of attributes as it likes."""
    if isinstance(ours, Mapping):
        return isinstance(there, Mapping) and all(
            sorted(there.get(key) or (), key=str) == sorted(value, key=str)
            if key in UNORDERED
            else _covers(there.get(key), value)
            for key, value in ours.items()
        )
    return bool(there == ours)


def _batches(documents: Iterable[bytes]) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for each in documents:
        batch.append(each)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
