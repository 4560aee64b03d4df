"""How well search answers: nDCG@10 of the questions of relevance.yml over all recordings, beside a plain index.

`python -m tests.bench.relevance [--each]`. The plain index is Meilisearch with its own defaults over the same texts,
as one would set it up in an hour: once as it is, once told to leave out what is over (a filter that people would have
to choose there). Gains are those of the rules in relevance.yml; the ideal order is that of all programmes, not only of
those that were found. The rules and the search were written by the same people: the difference is what counts.
"""

import argparse
import asyncio
import math
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import meilisearch
import yaml

from indexer.engine import Endpoint, Engine
from indexer.publish import publish
from indexer.schema import NOT_OFFERED, Programme
from indexer.state import State, standing
from indexer.store import Store
from indexer.vocab import labels, regions
from search_api.query import Query
from search_api.search import Searcher
from tests.bench.coverage import all_read
from tests.samples import NOW, record

NEEDS = Path(__file__).with_suffix(".yml")
PLAIN = "plain"
FIRST = 10
TEXT = 2_000


@dataclass(frozen=True)
class Need:
    q: str
    about: str
    not_: str = ""
    area: str = ""
    kinds: Sequence[str] = field(default=())

    def gain(self, programme: Programme, *, over: bool) -> int:
        """3, 1 or 0: how well the programme answers."""
        if self.kinds and programme.kind.value not in self.kinds:
            return 0
        told = programme.kind in NOT_OFFERED
        if (told and not self.kinds) or (over and not told):
            return 0
        if self.area and not set(programme.areas) & set(regions.covering(self.area)):
            return 0
        text = programme.body[:TEXT]
        if self.not_ and re.search(self.not_, programme.title + text):
            return 0
        if re.search(self.about, programme.title):
            return 3
        return int(bool(re.search(self.about, text)))


def needs() -> list[Need]:
    rows = yaml.safe_load(NEEDS.read_text(encoding="utf-8"))
    return [Need(**{"not_" if key == "not" else key: value for key, value in row.items()}) for row in rows]


def ndcg(found: Sequence[int], all_gains: Sequence[int]) -> float:
    """Of the first ten; 0 where nothing answers the question and something could."""

    def dcg(gains: Sequence[int]) -> float:
        return sum((2**gain - 1) / math.log2(place + 2) for place, gain in enumerate(gains[:FIRST]))

    best = dcg(sorted(all_gains, reverse=True))
    return dcg(found) / best if best else 0.0


def plain_document(programme: Programme, *, over: bool) -> dict[str, Any]:
    return {
        "id": programme.id,
        "title": programme.title,
        "summary": programme.summary,
        "body": programme.body,
        "kind": labels.labels("kind")[programme.kind.value].name,
        "issuer": programme.issuer.name if programme.issuer else "",
        "places": [regions.full_name(code) for code in programme.areas],
        "over": over,
    }


def fill_plain(where: Endpoint, documents: Sequence[Mapping[str, Any]]) -> Any:
    index = meilisearch.Client(where.url, where.key).index(PLAIN)
    for task in (index.update_filterable_attributes(["over"]), index.add_documents(list(documents))):
        index.wait_for_task(task.task_uid, timeout_in_ms=600_000)
    return index


async def ours(where: Endpoint, asked: Sequence[Need]) -> list[list[str]]:
    searcher = Searcher(lambda: where, lambda: NOW)
    try:
        return [[hit.id for hit in (await searcher.search(Query(q=need.q, per_page=FIRST))).hits] for need in asked]
    finally:
        await searcher.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", action="store_true", help="a line for each question")
    options = parser.parse_args()
    asked = needs()
    said = {id: each.programme for id, each in all_read().items()}
    if not said:
        print("No recordings beside the project: nothing to search.")
        return 0
    over = {
        id: standing(each.windows, each.kind, listed=True, now=NOW).state is State.CLOSED for id, each in said.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Path(folder) / "engine")
        engine.start()
        try:
            store = Store(f"sqlite:///{folder}/store.sqlite")
            with store.transaction() as writer:
                writer.put([record(each) for each in said.values()], set())
            publish(engine.endpoint, store, NOW)
            # Another listing of a programme that we show as one is answered by the one that leads.
            lead = {id: (store.group(id) or [id])[0] for id in said}
            index = fill_plain(engine.endpoint, [plain_document(each, over=over[id]) for id, each in said.items()])

            def plain(need: Need, **options: Any) -> list[str]:
                return [hit["id"] for hit in index.search(need.q, {"limit": FIRST, **options})["hits"]]

            answers = {
                "plain index": [plain(need) for need in asked],
                "plain index, without what is over": [plain(need, filter="over = false") for need in asked],
                "shien": asyncio.run(ours(engine.endpoint, asked)),
            }
            store.close()
        finally:
            engine.stop()
    report(asked, answers, said, over, lead, each=options.each)
    return 0


def report(
    asked: Sequence[Need],
    answers: Mapping[str, Sequence[Sequence[str]]],
    said: Mapping[str, Programme],
    over: Mapping[str, bool],
    lead: Mapping[str, str],
    *,
    each: bool,
) -> None:
    gains: list[Callable[[str], int]] = []
    ideal = []
    for need in asked:
        own = {id: need.gain(programme, over=over[id]) for id, programme in said.items()}
        best: dict[str, int] = {}
        for id, gain in own.items():
            best[lead[id]] = max(best.get(lead[id], 0), gain)
        gains.append(lambda id, own=own, best=best: max(own[id], best.get(id, 0)))  # type: ignore[misc]
        ideal.append(list(best.values()))
    print(f"{len(asked)} questions over {len(said)} programmes, nDCG@{FIRST}")
    scores = {
        name: [ndcg([gains[i](id) for id in ids], ideal[i]) for i, ids in enumerate(found)]
        for name, found in answers.items()
    }
    judged = [i for i, best in enumerate(ideal) if any(best)]
    print(f"  {len(asked) - len(judged)} of them have no answer at all on that day, and count for nothing")
    for name, several in scores.items():
        empty = sum(not ids for ids in answers[name])
        print(f"  {name:36} {sum(several[i] for i in judged) / len(judged):.3f}   {empty} without an answer")
    if each:
        for i, need in enumerate(asked):
            row = "  ".join(f"{several[i]:.2f}" for several in scores.values())
            print(f"  {row}  {sum(gain > 0 for gain in ideal[i]):5}  {need.q}")


if __name__ == "__main__":
    raise SystemExit(main())
