"""What a night brought, for people and for programs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from indexer.store import Run

MOST_ERRORS = 3
"""Errors of one source that people are shown; programs, and the run itself, have them all."""


@dataclass
class Summary:
    """Counts over everything that a night read. `new`, `changed`, `vanished` and `reopened` are programmes at their
    sources, `reread` those that we read otherwise, `partial` those of which something could not be fetched; `failed`
    and `warnings` tell of sources by name, `unread` counts programmes with something that nobody could read.

    `published` is how many programmes the new index holds, None where nothing had changed. `resumed`: an earlier night
    had not come to its end.
    """

    started: str
    finished: str = ""
    resumed: bool = False
    read: list[str] = field(default_factory=list)
    new: int = 0
    changed: int = 0
    vanished: int = 0
    reopened: int = 0
    reread: int = 0
    partial: int = 0
    failed: dict[str, list[str]] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    unread: int = 0
    published: int | None = None
    dead_links: int = 0
    alerts: dict[str, int] = field(default_factory=dict)
    erased: dict[str, int] = field(default_factory=dict)
    problem: str = ""

    def add(self, run: Run) -> None:
        """Takes in what a source brought."""
        self.read.append(run.source)
        if not run.ok:
            self.failed[run.source] = run.errors
        if run.warnings:
            self.warnings[run.source] = run.warnings
        self.new += run.counts.get("new", 0)
        self.changed += run.counts.get("changed", 0)
        self.vanished += run.counts.get("gone", 0)
        self.reopened += run.counts.get("reopened", 0)
        self.reread += run.counts.get("reread", 0)
        self.partial += run.counts.get("partial", 0)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    def lines(self) -> list[str]:
        """For people."""
        told = [f"night of {self.started[:16]}: {len(self.read)} sources read, {len(self.failed)} failed"]
        told += ["  goes on with a night that did not come to its end"] if self.resumed else []
        counts = ("new", "changed", "vanished", "reopened", "unread")
        told.append("  " + ", ".join(f"{getattr(self, name)} {name}" for name in counts))
        told += [f"  {self.reread} read otherwise by us"] if self.reread else []
        told += [f"  {self.partial} in part"] if self.partial else []
        for name, errors in self.failed.items():
            told += [f"  {name} FAILED: {error}" for error in errors[:MOST_ERRORS]]
            told += [f"    and {len(errors) - MOST_ERRORS} more"] if len(errors) > MOST_ERRORS else []
        told += [f"  {name}: {line}" for name, lines in self.warnings.items() for line in lines]
        told.append(f"  published: {self.published if self.published is not None else 'nothing had changed'}")
        told += [f"  {self.dead_links} official pages are gone"] if self.dead_links else []
        told += _counted("alerts", self.alerts) + _counted("erased", self.erased)
        return told + ([f"  PROBLEM: {self.problem}"] if self.problem else [])


def _counted(what: str, counts: Mapping[str, int]) -> list[str]:
    found = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return [f"  {what}: {found}"] if found else []
