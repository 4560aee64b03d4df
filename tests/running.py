"""A site on invented programmes, for tests of the API and of the pages."""

from collections.abc import Sequence
from pathlib import Path

from indexer.engine import Endpoint, EngineError
from indexer.publish import publish
from indexer.schema import Change, Programme
from indexer.settings import Settings
from indexer.store import Store
from search_api.services import Services
from tests.samples import NOW, record


class Site:
    """A running site whose engine can be taken away."""

    def __init__(self, where: Endpoint, settings: Settings) -> None:
        self.where, self.gone = where, False
        self.services = Services(settings, lambda: NOW, self.find)

    def find(self) -> Endpoint:
        if self.gone:
            raise EngineError("gone")
        return self.where

    @classmethod
    def made(cls, where: Endpoint, folder: Path, entries: Sequence[Programme]) -> "Site":
        """Stores and publishes the programmes; the first has a change in its history."""
        settings = Settings(var=folder, banner="これは試験です。", contact="mail@invented.example", rate=0)
        store = Store(settings.store_url)
        with store.transaction() as writer:
            writer.put([record(each) for each in entries], set())
            writer.set_source("invented", {"attribution": "出典：架空財団"})
            writer.remember([(entries[0].id, Change(at=NOW.isoformat(), field="title", was="旧", now="新"))])
        publish(where, store, NOW)
        store.close()
        return cls(where, settings)
