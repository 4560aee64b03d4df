"""Which recordings the store was filled from or has made: so that after a restore one knows what to look for."""

import hashlib

from crawlers.recordings import Recording
from indexer.store import Store, stamp

FACT = "recordings"


def remember(store: Store, recording: Recording, source: str = "") -> None:
    """Notes a recording: its folder, whose it is, when it was made, and the SHA-256 of what lists its answers."""
    folder = recording.folder.resolve()
    told = {
        "source": source,
        "recorded_at": stamp(recording.recorded_at),
        "sha256": hashlib.sha256((folder / "recording.json").read_bytes()).hexdigest(),
    }
    with store.transaction() as writer:
        writer.set_fact(FACT, (writer.fact(FACT) or {}) | {str(folder): told})
