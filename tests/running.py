"""A site on invented programmes, for tests of the API and of the pages."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from indexer.engine import Endpoint, EngineError
from indexer.publish import publish
from indexer.schema import Change, Programme
from indexer.settings import Settings
from indexer.store import Edition, Store, stamp
from search_api.services import Services
from tests.samples import NOW, record


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The application behind a real server on loopback; gives its address."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", loop="asyncio"))
    # Bound here, so that nobody takes the port between its choice and its use.
    with socket.create_server(("127.0.0.1", 0)) as bound:
        thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
        thread.start()
        until = time.monotonic() + 20
        while not server.started and time.monotonic() < until:
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


class Site:
    """A running site whose engine can be taken away."""

    def __init__(self, where: Endpoint, settings: Settings) -> None:
        self.where, self.gone = where, False
        self.services = Services(settings, lambda: NOW, self.find)

    def find(self) -> Endpoint:
        if self.gone:
            raise EngineError("gone")
        return self.where

    @staticmethod
    def settings(folder: Path) -> Settings:
        return Settings(var=folder, banner="これは試験です。", contact="mail@invented.example", rate=0)

    @classmethod
    def made(cls, where: Endpoint, folder: Path, entries: Sequence[Programme]) -> "Site":
        """Stores and publishes the programmes; the first has a change in its history."""
        settings = cls.settings(folder)
        store = Store(settings.store_url)
        with store.transaction() as writer:
            writer.put([record(each) for each in entries], set())
            writer.set_source("invented", {"attribution": "出典：架空財団"})
            writer.remember([(entries[0].id, Change(at=NOW.isoformat(), field="title", was="旧", now="新"))])
        publish(where, store, NOW)
        store.close()
        return cls(where, settings)

    def collect(self, title: str, notes: Mapping[str, str]) -> int:
        """Publishes a collection of featured programmes, with a note each; returns its id."""
        content = {"title": title, "entries": [{"programme": id, "note": note} for id, note in notes.items()]}
        with self.services.store.transaction() as writer:
            id, at = writer.add_collection(content, stamp(NOW), "hanako"), stamp(NOW)
            writer.add_edition(
                Edition(id=0, collection=id, content=content, shows_from=at, shows_until="", at=at, by="hanako")
            )
        return id
