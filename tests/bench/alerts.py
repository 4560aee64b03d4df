"""How long it takes to decide what everyone is told, and to send it: `python -m tests.bench.alerts [SUBSCRIPTIONS]`.

Invented programmes and searches, the real engine, and a real mail server on loopback.
"""

import asyncio
import sys
import tempfile
import time
from itertools import cycle, islice, product
from pathlib import Path

from frontend.alerts.planning import plan
from frontend.alerts.sending import outbox
from indexer.alerts.subscriptions import Desk
from indexer.engine import Engine
from indexer.keys import keys
from indexer.store import stamp
from indexer.vocab import regions
from tests.alerts.conftest import Post, started
from tests.days import Days, entry, until

PROGRAMMES, CHANGED = 3000, 30
THEMES = ("", "&theme=energy_saving", "&gx=true", "&kind=subsidy", "&q=%E8%A8%AD%E5%82%99")


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    post = Post()
    server = started(post)
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Path(folder))
        engine.start()
        try:
            measure(Path(folder), engine, post, wanted)
        finally:
            engine.stop()
            server.stop()


def measure(folder: Path, engine: Engine, post: Post, wanted: int) -> None:
    mail = {"smtp_host": "127.0.0.1", "smtp_port": post.port, "smtp_security": "none", "smtp_from": "a@example.jp"}
    days = Days(folder, engine.endpoint, public_url="https://shien.example.jp", **mail)
    prefectures = [each.name for each in regions.prefectures()]
    everything = [
        entry(n, areas=(prefectures[n % 47],), periods=until(f"2026-12-{n % 28 + 1:02}T08:00Z"))
        for n in range(PROGRAMMES)
    ]
    days.day(0, everything, expect={"min": 1, "max": 10**6, "filled": {}, "complete": True})
    desk = Desk(days.store, keys(days.settings), days.now)
    asked = [f"area={each.code}{theme}" for each, theme in product(regions.prefectures(), THEMES)]
    with days.store.transaction() as writer:
        for number, query in enumerate(islice(cycle(asked), wanted)):
            to = f"{number}@example.jp"
            made = desk._made("mail", to, desk.keys.mark(to), query, "daily", True)
            writer.add_subscription(made)
            writer.set_subscription(made.id, desk._begun(made) | {"confirmed": stamp(days.now)})
    fresh = [entry(PROGRAMMES + n, areas=(prefectures[n % 47],)) for n in range(CHANGED)]
    days.day(1, [*everything, *fresh], expect={"min": 1, "max": 10**6, "filled": {}, "complete": True})
    began = time.perf_counter()

    async def planned() -> int:
        try:
            return await plan(days.services)
        finally:
            await days.services.searcher.close()

    made = asyncio.run(planned())
    decided = time.perf_counter()
    with outbox(days.settings, days.store, keys(days.settings), days.services.clock) as waiting:
        done = waiting.run()
    sent = time.perf_counter()
    print(f"{wanted} subscriptions to {min(wanted, len(asked))} searches over {PROGRAMMES + CHANGED} programmes")
    print(f"decided in {decided - began:.1f} s ({(decided - began) / wanted * 1000:.1f} ms each): {made} mails")
    each = (sent - decided) / max(made, 1) * 1000
    print(f"sent in {sent - decided:.1f} s ({each:.1f} ms each): {dict(done)}, {len(post.raw)} arrived")
    days.store.close()


if __name__ == "__main__":
    main()
