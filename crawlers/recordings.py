"""Recordings: one crawl of one source as it answered on one day. Format: README.md, "Recordings"."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from w3lib.url import canonicalize_url


@dataclass(frozen=True)
class Answer:
    """A recorded response; `body` is read when it is asked for."""

    url: str
    status: int
    headers: dict[str, str]
    path: Path | None

    @property
    def body(self) -> bytes:
        return self.path.read_bytes() if self.path else b""


@dataclass(frozen=True)
class Recording:
    """A folder with recording.json and the bodies it names. `recorded_at` is aware; a replay takes it as now."""

    folder: Path
    recorded_at: datetime
    note: str
    responses: tuple[dict[str, Any], ...]

    @classmethod
    def read(cls, folder: Path) -> "Recording":
        """ValueError for a file that is none of ours, with what is wrong."""
        path = folder / "recording.json"
        try:
            values = json.loads(path.read_bytes())
            at = datetime.fromisoformat(values["recorded_at"])
            responses = tuple(values["responses"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{path} cannot be read as a recording: {error!r}") from None
        if at.tzinfo is None:
            raise ValueError(f"{path}: recorded_at has no time zone")
        return cls(folder, at, values.get("note", ""), responses)

    @cached_property
    def _answers(self) -> dict[tuple[str, str], Answer]:
        return {
            (each.get("method", "GET"), canonicalize_url(each["url"])): Answer(
                each["url"],
                each["status"],
                each.get("headers", {}),
                self.folder / each["body"] if each.get("body") else None,
            )
            for each in self.responses
        }

    def find(self, method: str, url: str) -> Answer | None:
        """The answer to a request, matched by method and canonical URL (the order of a query does not matter)."""
        return self._answers.get((method, canonicalize_url(url)))

    def holds(self, urls: Iterable[str]) -> bool:
        return all(self.find("GET", url) for url in urls)


def recordings(folder: Path) -> list[Recording]:
    """The recording in a folder, or those one level below it, in the order of time. Empty if there is none."""
    found = [folder] if (folder / "recording.json").is_file() else sorted(folder.glob("*/"))
    return sorted(
        (Recording.read(each) for each in found if (each / "recording.json").is_file()),
        key=lambda each: (each.recorded_at, each.folder.name),
    )
