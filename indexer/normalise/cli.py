"""`shien normalise`: one reader over JSON Lines, for whoever wants to read or to judge it alone."""

import importlib
import json
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import typer


class Reader(StrEnum):
    """The readers that can be run alone; each is a module beside this one with a function `read_row`."""

    DEADLINES = "deadlines"
    AREAS = "areas"
    AMOUNTS = "amounts"
    THEMES = "themes"


def normalise(kind: Annotated[Reader, typer.Argument(help="What to read")]) -> None:
    """Reads JSON Lines from stdin and writes what was understood, a line for a line, to stdout."""
    module = importlib.import_module(f"indexer.normalise.{kind.value}")
    read_row: Callable[[dict[str, Any]], dict[str, Any]] | None = getattr(module, "read_row", None)
    if read_row is None:
        raise ValueError(f"{kind.value} cannot be read row by row yet")
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"line {number}: not JSON ({error.msg}, column {error.colno})") from None
        if not isinstance(row, dict) or "id" not in row:
            raise ValueError(f'line {number}: not a JSON object with an "id"')
        try:
            said = read_row(row)
        except (TypeError, AttributeError, ValueError, KeyError) as error:
            raise ValueError(f"line {number}: cannot be read ({error})") from None
        sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
