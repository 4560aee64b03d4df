"""What every source declares about itself, and the class that every spider extends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import scrapy
from scrapy.spidermiddlewares.httperror import HttpError

EXAMPLES = 20


@dataclass(frozen=True, kw_only=True)
class Source:
    """Facts about a source that users, staff and the operator see.

    `attribution` is printed with every programme. `verified` is False until the spider has met the real site:
    an unverified source is off by default. `days` are the days between two crawls, `after` the time of day
    (JST, "HH:MM") before which a crawl finds nothing new. `second_hand`: it tells of other bodies' programmes, so that
    what the issuer's own pages or the place of application say counts before.
    """

    title: str
    publisher: str
    url: str
    licence: str
    attribution: str
    kind: str = ""
    verified: bool = True
    days: int = 1
    after: str = ""
    second_hand: bool = False


@dataclass(frozen=True, kw_only=True)
class Expect:
    """What a healthy run brings: `min` to `max` notices, and the least share (0 to 1) of them that fill each field.

    `complete` says that the run sees everything the source lists, so that what it does not show is gone;
    a feed of the latest items is not complete.
    """

    min: int
    max: int
    filled: Mapping[str, float] = field(default_factory=dict)
    complete: bool = True


class SourceSpider(scrapy.Spider):
    """A spider of one source. Subclasses set `name`, `source`, `expect` and `allowed_domains`.

    `variants` are sets of spider arguments with a meaning of their own (Jグランツ: open programmes, or all of them).
    Runs are compared only with runs of the same variant.
    """

    allowed_domains: ClassVar[list[str]]
    source: ClassVar[Source]
    expect: ClassVar[Expect]
    variants: ClassVar[tuple[dict[str, str], ...]] = ({},)
    family: ClassVar[str] = ""
    """The file that this source is made by, where one file makes many."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {key for each in self.variants for key in each}
        self.variant = {key: str(kwargs.get(key, value)) for key, value in self.variants[0].items() if key in names}
        self.misses: dict[str, dict[str, Any]] = {}
        self.failures: list[str] = []

    @classmethod
    def members(cls) -> Iterator[type["SourceSpider"]]:
        """The sources that a spider's file makes: one, unless a family says otherwise."""
        yield cls

    def first_urls(self) -> list[str]:
        """The addresses that every run begins with; a recording that holds them is one of this source."""
        return list(self.start_urls)

    def lost(self, failure: Any) -> None:
        """What becomes of a request that failed and that nobody else answers for: an error of the run."""
        self.failures.append(f"{failure.request.url}: {reason(failure)}")

    def missed(self, what: str, example: str = "") -> None:
        """Counts something that could not be fetched or read; the run report lists it with a few examples."""
        entry = self.misses.setdefault(what, {"count": 0, "examples": []})
        entry["count"] += 1
        if example and len(entry["examples"]) < EXAMPLES:
            entry["examples"].append(example)


def reason(failure: Any) -> str:
    """Why a request failed, in a few words: "HTTP 500", "DownloadTimeoutError"."""
    if failure.check(HttpError):
        return f"HTTP {failure.value.response.status}"
    words = str(failure.value)
    return f"{type(failure.value).__name__}: {words}"[:200] if words else type(failure.value).__name__
