"""The documents that the index shall hold. One that nothing has changed is known by its hash, and not made again."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import orjson

from indexer.changes import FRESH, NEWS
from indexer.curate import apply, united
from indexer.duplicates import DIFFERS
from indexer.featuring import featured, marked
from indexer.publish.document import document, valid
from indexer.publish.prepared import Decided, Marks, fingerprint
from indexer.review import KEPT_DAYS, Watch, turns
from indexer.store import Document, Finding, Store, Writer, chunks, stamp

KEPT_BYTES = 64_000_000
"""So much of what was made to learn its hash is kept until it is sent."""


class Documents:
    """All that is to be searched, by the id of the listing that leads. `others`: its listings at other sources.

    `hashes` and `differing` (whose sources name different closing days) are known once `renew` or `made` has run.
    """

    def __init__(
        self, store: Store, decided: Decided, marks: Marks, others: Mapping[str, Sequence[str]], now: datetime
    ) -> None:
        self.store, self.decided, self.marks, self.others = store, decided, marks, others
        self.now = now.replace(microsecond=0)
        absorbed = {id for several in others.values() for id in several}
        self.ids = [id for id in marks if id not in absorbed]
        self.hashes: dict[str, str] = {}
        self.differing: set[str] = set()
        self._chosen = featured(store, self.now)
        self._watch = Watch(store, self.now)
        self._latest = store.latest_changes(self.now - FRESH, NEWS)
        self._kept: dict[str, bytes] = {}
        self._room = KEPT_BYTES

    def renew(self, told: Callable[[int], None]) -> None:
        """Learns what is wanted; makes only what is not known to be as it was."""
        known = {each.id: each for each in self.store.documents()}
        seconds, done = int(self.now.timestamp()), 0
        for batch in chunks(self.ids):
            stale = []
            for id in batch:
                old = known.pop(id, None)
                if old and old.made_of == self._key(id) and old.since <= seconds < old.until:
                    self._note(old)
                else:
                    stale.append(id)
            for id, body in self._make(stale):
                if len(body) <= self._room:
                    self._room -= len(body)
                    self._kept[id] = body
            done += len(batch)
            told(done)
        for gone in chunks(list(known)):
            with self.store.transaction() as writer:
                writer.put_documents([], gone)

    def settle(self, writer: Writer) -> None:
        """Lets go what waits for a person about what is no more, and what went long ago."""
        for gone in chunks([id for id in self.store.awaited() if id not in self.marks]):
            writer.find([], stamp(self.now), of=gone)
        writer.forget_review(stamp(self.now - timedelta(days=KEPT_DAYS)))

    def made(self) -> Iterator[bytes]:
        """Makes them all."""
        for batch in chunks(self.ids):
            yield from (body for _, body in self._make(batch))

    def bodies(self, ids: Sequence[str]) -> Iterator[bytes]:
        """These, as JSON."""
        for batch in chunks(ids):
            made = dict(self._make([id for id in batch if id not in self._kept]))
            yield from (made[id] if id in made else self._kept.pop(id) for id in batch)

    def titles(self, ids: Sequence[str]) -> dict[str, str]:
        found = self.store.some(ids)
        return {id: apply(each, self.decided.get(id, ())).record.programme.title for id, each in found.items()}

    def _note(self, known: Document) -> None:
        self.hashes[known.id] = known.hash
        if known.differs:
            self.differing.add(known.id)

    def _listings(self, id: str) -> tuple[str, ...]:
        return (id, *self.others.get(id, ()))

    def _key(self, id: str) -> str:
        ids = self._listings(id)
        chosen = next((self._chosen[each].model_dump(mode="json") for each in ids if each in self._chosen), None)
        return fingerprint([self.marks[each] for each in ids], self._latest.get(id), chosen, self._watch.known(ids))

    def _make(self, ids: Sequence[str]) -> list[tuple[str, bytes]]:
        """Makes documents, notes what they are and what there is to look at in them, and has the store remember it."""
        listings = {id: self._listings(id) for id in ids}
        every = [each for several in listings.values() for each in several]
        records = self.store.some(every)
        changes = self.store.changes([id for id in ids if id in self._latest], self.now - FRESH)
        made, noted = [], []
        found: list[Finding] = []
        for id, own in listings.items():
            lead, *rest = (apply(records[each], self.decided.get(each, ())) for each in own)
            whole, recent = marked(united(lead, rest), own, self._chosen), changes.get(id, [])
            values = document(whole, self.now, recent, [each.record.programme for each in rest])
            values["hash"] = fingerprint(values)
            since, until = valid(whole, recent, self.now, turns(whole))
            differs = any(each.code == DIFFERS for each in whole.record.programme.problems)
            noted.append(Document(id, self._key(id), values["hash"], since, until, differs))
            found += self._watch.see(whole, own)
            made.append((id, orjson.dumps(values)))
        with self.store.transaction() as writer:
            writer.put_documents(noted)
            writer.find(found, stamp(self.now), of=every)
        for each in noted:
            self._note(each)
        return made
