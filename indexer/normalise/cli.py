"""`shien normalise`: JSON Lines in, JSON Lines out, through the functions that ingestion calls."""

import sys
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from importlib import import_module
from typing import Annotated, Any

import orjson
import typer


class What(StrEnum):
    DEADLINES = "deadlines"
    AREAS = "areas"
    AMOUNTS = "amounts"
    THEMES = "themes"


def rows(lines: Iterable[bytes], read_row: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[bytes]:
    """Each line read. ValueError that names the first line that is no JSON object."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise ValueError(f"line {number} is no JSON: {error}") from None
        if not isinstance(row, dict):
            raise ValueError(f"line {number} is no JSON object")
        try:
            yield orjson.dumps(read_row(row))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"line {number} lacks what is needed, or has it in another form: {error!r}") from None


def normalise(what: Annotated[What, typer.Argument(help="What to read")]) -> None:
    """Reads JSON Lines from standard input, writes what was read. What stands before a bad line is written."""
    read_row = import_module(f"indexer.normalise.{what.value}").read_row
    out = sys.stdout.buffer
    try:
        for line in rows(sys.stdin.buffer, read_row):
            out.write(line + b"\n")
    finally:
        out.flush()
