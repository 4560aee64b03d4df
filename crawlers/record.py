"""Writes what a site answers as a recording, while a crawl goes on."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

KEPT_HEADERS = ("Content-Type", "ETag", "Last-Modified", "Retry-After", "Location")


def check_is_free(folder: Path) -> None:
    """ValueError for a folder that holds something."""
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty: a recording is never written over")


class Recorder:
    """Downloader middleware beside the network: raw bytes, never encoded again, into a folder that is free."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.get("RECORD"):
            raise NotConfigured
        self.folder = Path(crawler.settings["RECORD"])
        (self.folder / "pages").mkdir(parents=True, exist_ok=True)
        self.responses: list[dict[str, Any]] = []
        crawler.signals.connect(self.close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Recorder":
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        digest = hashlib.sha256(f"{request.method} {request.url}".encode()).hexdigest()[:16]
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
        suffix = next((each for each in ("json", "xml", "csv", "html") if each in kind), "bin")
        name = f"pages/{digest}.{suffix}"
        (self.folder / name).write_bytes(response.body)
        headers = {
            key: value.decode("latin-1") for key in KEPT_HEADERS if (value := response.headers.get(key)) is not None
        }
        self.responses.append(
            {
                "url": request.url,
                "method": request.method,
                "status": response.status,
                "headers": headers,
                "body": name,
            }
        )
        return response

    def close(self) -> None:
        values = {
            "recorded_at": datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
            "note": "as the site answered",
            "responses": self.responses,
        }
        fresh = self.folder / "recording.json.new"
        fresh.write_text(json.dumps(values, ensure_ascii=False, indent=1), encoding="utf-8")
        fresh.replace(self.folder / "recording.json")
