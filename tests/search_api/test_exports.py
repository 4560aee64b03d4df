"""How an Excel file is made: beside other answers, and leaving nothing behind where it fails."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import xlsxwriter

from search_api.exports import as_xlsx
from search_api.search.hits import Values


async def nothing() -> AsyncIterator[Values]:
    for each in list[Values]():
        yield each


async def broken() -> AsyncIterator[Values]:
    raise RuntimeError("the engine went away")
    yield {}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_others_are_answered_while_a_file_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    other, answered = threading.Event(), []
    close = xlsxwriter.Workbook.close

    def slow(book: xlsxwriter.Workbook) -> None:
        answered.append(other.wait(5))
        close(book)

    async def ask() -> None:
        making = asyncio.create_task(as_xlsx(nothing()))
        await asyncio.sleep(0.05)
        other.set()
        (await making).unlink()

    monkeypatch.setattr(xlsxwriter.Workbook, "close", slow)
    asyncio.run(ask())
    assert answered == [True]


def test_a_search_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="went away"):
        asyncio.run(as_xlsx(broken()))
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_packed_is_not_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    close = xlsxwriter.Workbook.close

    def full(book: xlsxwriter.Workbook) -> None:
        close(book)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(xlsxwriter.Workbook, "close", full)
    with pytest.raises(OSError, match="No space"):
        asyncio.run(as_xlsx(nothing()))
    assert not list(tmp_path.iterdir())
