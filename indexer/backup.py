"""The whole store in one file, and back: of either database into either, so that it is the way from one to the other.

The file is a tar of `manifest.json` and `store.sqlite`, which has every table but those that can be computed again.
"""

import io
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from indexer.store import Store, stamp
from indexer.store.copying import copied, counted

Progress = Callable[[str, int, int], None]

INNER, MANIFEST = "store.sqlite", "manifest.json"
COMPRESSION = 1
"""Of 9: most of it is compressed already."""


def backup(store: Store, target: Path, now: datetime, progress: Progress | None = None) -> int:
    """Writes the store as it is at one instant to a new file, while everything runs; returns its size in bytes.

    Only its owner can read it: it has the hashes of passwords. ValueError where there is such a file, or no
    such folder.
    """
    if not target.parent.is_dir():
        raise ValueError(f"{target.parent} is no folder: make it first")
    if target.exists():
        raise ValueError(f"{target} exists: a backup is never written over")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        copy = Store(f"sqlite:///{folder}/{INNER}")
        try:
            rows = copied(store, copy, progress)
        finally:
            copy.close()
        told = {"shien": version("shien"), "at": stamp(now), "rows": rows}
        packed = Path(folder) / "packed"
        packed.touch(mode=0o600)
        with tarfile.open(packed, "w:gz", compresslevel=COMPRESSION) as archive:
            content = orjson.dumps(told, option=orjson.OPT_INDENT_2)
            header = tarfile.TarInfo(MANIFEST)
            header.size = len(content)
            archive.addfile(header, io.BytesIO(content))
            archive.add(Path(folder) / INNER, INNER)
        packed.replace(target)
    return target.stat().st_size


def restore(source: Path, store: Store, progress: Progress | None = None) -> dict[str, int]:
    """Puts a backup, of this version or an earlier one, into an empty store; returns how many rows each table has.

    All of it or nothing, but who was signed in. ValueError where the store is not empty, or the backup is damaged.
    """
    filled = {name: count for name, count in counted(store).items() if count}
    if filled:
        told = ", ".join(f"{count} {name}" for name, count in filled.items())
        raise ValueError(f"the store is not empty ({told}): move it away first, or name another one")
    with tempfile.TemporaryDirectory(prefix="shien-restore-") as folder:
        expected = _unpacked(source, Path(folder))
        old = Store(f"sqlite:///{folder}/{INNER}")
        try:
            found = copied(old, store, progress, expected)
        finally:
            old.close()
    with store.transaction() as writer:
        # Who signed out since then is not signed in again.
        writer.end_sign_ins()
    return found


def _unpacked(source: Path, folder: Path) -> dict[str, int] | None:
    """How many rows each table shall have, where the backup says so."""
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, [each for each in archive if each.name in (INNER, MANIFEST)], filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise ValueError(f"{source} is no backup, or a damaged one: {error}") from error
    copy = folder / INNER
    if not copy.exists():
        raise ValueError(f"{source} is no backup: it holds no {INNER}")
    with sqlite3.connect(copy) as opened:
        [sound] = opened.execute("PRAGMA integrity_check").fetchone()
    opened.close()
    if sound != "ok":
        raise ValueError(f"{source} is damaged: {sound}")
    manifest = folder / MANIFEST
    told: dict[str, Any] = orjson.loads(manifest.read_bytes()) if manifest.exists() else {}
    return told.get("rows")
