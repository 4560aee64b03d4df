"""Any search as a file: CSV, Excel and JSON Lines, streamed page by page; nothing in a cell can run."""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import orjson
import xlsxwriter

from search_api.search.hits import Values, trimmed

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
PIECE = 64_000
"""So many characters, or bytes, are sent together."""
COLUMNS = (
    "id", "名称", "種類", "募集状況", "受付開始", "受付終了", "地域", "実施機関", "上限額（円）", "補助率",
    "GX", "テーマ", "段階", "公式ページ", "掲載ページ", "情報源", "利用条件",
)  # fmt: skip


def row(hit: Values) -> tuple[str | int, ...]:
    """A result as cells, in the order of COLUMNS."""
    amount = hit["amount"] or {}
    return (
        hit["id"],
        hit["title"],
        hit["kind_label"],
        hit["state_label"],
        hit["opens"] or "",
        hit["closes"] or "",
        hit["area_label"],
        hit["issuer"]["name"] if hit["issuer"] else "",
        amount.get("max_yen") or "",
        amount.get("rate") or "",
        "GX" if hit["gx"] else "",
        "・".join(hit["themes"]),
        "・".join(hit["stages"]),
        hit["official_url"],
        hit["url"],
        hit["source"]["publisher"],
        hit["source"]["licence"],
    )


_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: str | int) -> str | int:
    """A cell that no spreadsheet takes for a formula: https://owasp.org/www-community/attacks/CSV_Injection.

    >>> harmless("=1+1"), harmless("＝1+1"), harmless("普通"), harmless(5)
    ("'=1+1", "'＝1+1", '普通', 5)
    """
    if isinstance(cell, str) and cell.startswith(_FORMULAS):
        return f"'{cell}"
    return cell


async def as_csv(hits: AsyncIterator[Values]) -> AsyncIterator[bytes]:
    """CSV with a byte-order mark, as Japanese spreadsheets expect it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    yield BYTE_ORDER_MARK
    async for each in hits:
        writer.writerow(map(harmless, row(each)))
        if buffer.tell() > PIECE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


async def as_jsonl(hits: AsyncIterator[Values], fields: Sequence[str] = ()) -> AsyncIterator[bytes]:
    """A result a line; with `fields` these of each."""
    lines: list[bytes] = []
    size = 0
    async for each in hits:
        lines.append(orjson.dumps(trimmed(each, fields) if fields else each, option=orjson.OPT_APPEND_NEWLINE))
        size += len(lines[-1])
        if size > PIECE:
            yield b"".join(lines)
            lines, size = [], 0
    yield b"".join(lines)


async def as_xlsx(hits: AsyncIterator[Values]) -> Path:
    """An Excel file; whoever asked removes it. Rows leave memory as they are written."""
    with tempfile.NamedTemporaryFile(suffix=".xlsx", delete=False) as file:
        path = Path(file.name)
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    try:
        try:
            sheet = book.add_worksheet("支援")
            for column, name in enumerate(COLUMNS):
                sheet.write_string(0, column, name)
            line = 0
            async for each in hits:
                line += 1
                for column, cell in enumerate(row(each)):
                    if isinstance(cell, int):
                        sheet.write_number(line, column, cell)
                    else:
                        sheet.write_string(line, column, cell[:32_000])
        finally:
            # Packing takes seconds for many rows; nobody else has to wait for it.
            await asyncio.to_thread(book.close)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path
