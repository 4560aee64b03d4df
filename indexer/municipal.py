"""A municipality's table (支援制度情報) as programmes of our own: every row read, every error told, nothing written."""

import csv
import functools
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from crawlers import municipal
from crawlers.items import Notice
from crawlers.tables import Row, WrongTable, decoded, rows
from indexer.normalise.amounts import from_number, read, read_rate
from indexer.normalise.programme import moment, programme_id
from indexer.own import SOURCE
from indexer.schema import instant
from indexer.vocab import regions
from indexer.vocab.regions import Region

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5000
LONGEST_CELL = 20_000
LONGEST_TITLE = 300
MOST_TOLD = 5
"""So many errors of one kind a row tells."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")


class Unreadable(ValueError):
    """The file as a whole is no such table; the message says why, for people."""


@dataclass(frozen=True)
class Line:
    """A row of the file, by its number there. With `errors` nothing of the file is taken in; `notes` only tell."""

    number: int
    title: str
    notice: Notice | None = None
    errors: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    skipped: str = ""


@dataclass(frozen=True)
class Table:
    """All rows. `prefixes` are what the ids of its municipalities begin with."""

    lines: tuple[Line, ...]
    prefixes: frozenset[str] = field(default=frozenset())

    @property
    def notices(self) -> list[Notice]:
        return [each.notice for each in self.lines if each.notice is not None]

    @property
    def faulty(self) -> list[Line]:
        return [each for each in self.lines if each.errors]


def table(body: bytes, today: str, place: Region | None = None) -> Table:
    """Reads a file. `place` is whose table it is where its rows do not say. Unreadable for no table at all."""
    if len(body) > MOST_BYTES:
        raise Unreadable(f"ファイルが大きすぎます（{MOST_BYTES // 1024 // 1024} MBまで）。")
    if body[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise Unreadable("Excelのファイルです。Excelで開き、「CSV UTF-8」を選んで保存し直してください。")
    if not body.strip():
        raise Unreadable("ファイルが空です。")
    try:
        text = decoded(body)
    except ValueError:
        text = ""
    if not text or body[:2] in UTF_16:
        raise Unreadable("文字コードを読み取れません。UTF-8かShift_JISのCSVにしてください。")
    if _NO_TEXT.search(text):
        raise Unreadable("文字でないものが入っています。CSVのファイルか確かめてください。")
    try:
        found = list(_lines(text, today, place))
    except WrongTable as error:
        named = "、".join(each for each in error.header if each)[:120]
        raise Unreadable(
            f"「タイトル（制度名）」の列がありません。1行目に列の名前が要ります（いまの1行目：{named or '空'}）。"
        ) from None
    except csv.Error as error:
        raise Unreadable(f"CSVとして読み取れません（{error}）。") from None
    if not found:
        raise Unreadable("列の名前だけで、支援が一つもありません。")
    lines = [line for line, _ in found]
    return Table(tuple(lines), frozenset(f"{SOURCE}-{code}-" for _, code in found if code))


def _lines(text: str, today: str, place: Region | None) -> Iterator[tuple[Line, str]]:
    """Each row, and the code of its municipality."""
    keys: dict[str, int] = {}
    for count, (number, row, beyond) in enumerate(rows(text, municipal.TITLE), 1):
        if count > MOST_ROWS:
            raise Unreadable(f"行が多すぎます（{MOST_ROWS:,}行まで）。")
        if not any(row.cells.values()):
            continue
        title = row.text(*municipal.TITLE)
        if not municipal.concerns_firms(row):
            yield Line(number, title, skipped="個人向けのため取り込みません"), ""
            continue
        errors = [
            *_errors(row, title, today),
            *(["列の名前より右に、値があります。列がずれています"] if beyond else []),
        ]
        whose = _place(row, place)
        if isinstance(whose, str):
            yield Line(number, title, errors=(*errors, whose)), ""
            continue
        key = _key(row, title, whose.code)
        if key in keys:
            errors.append(f"{keys[key]}行目と同じ支援です（制度番号か制度名が同じ）")
        keys.setdefault(key, number)
        if errors:
            yield Line(number, title, errors=tuple(errors)), whose.code
            continue
        prefecture = whose.name if len(whose.code) == 2 else regions.get(regions.prefecture_of(whose.code)).name
        notice = municipal.notice(row, source=SOURCE, key=key, prefecture=prefecture, name=whose.name, url="")
        yield Line(number, title, notice, notes=tuple(_notes(row))), whose.code


def _place(row: Row, given: Region | None) -> Region | str:
    """Whose row it is, or why that is not known."""
    code = row.text(*municipal.CODE)
    if not code:
        return given or "全国地方公共団体コードがありません（上で自治体を選ぶこともできます）"
    found = regions.of_official_code(code)
    if found is None:
        return f"全国地方公共団体コード「{code[:20]}」は正しくありません（6桁の数字です。先頭の0が消えていませんか）"
    return found


def _key(row: Row, title: str, code: str) -> str:
    """Stays with the row: the municipality and its own number, else its title."""
    number = row.text(*municipal.KEY)
    plain = re.sub(r"^own-\d+-", "", number)
    if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", plain):
        return f"{code}-{plain}"
    return f"{code}-{hashlib.sha256((number or title).encode()).hexdigest()[:12]}"


def _errors(row: Row, title: str, today: str) -> Iterator[str]:
    if not title:
        yield "タイトル（制度名）が空です"
    elif len(title) > LONGEST_TITLE:
        yield f"タイトル（制度名）が長すぎます（{LONGEST_TITLE}字まで）"
    if any(len(each) > LONGEST_CELL for each in row.cells.values()):
        yield f"長すぎる欄があります（{LONGEST_CELL:,}字まで）"
    days = {}
    for name in (municipal.OPENS, municipal.CLOSES, municipal.PUBLISHED):
        written = row.text(name)
        days[name] = moment(written, today) if written else None
        if written and days[name] is None:
            yield f"{name}「{written[:30]}」を日付として読めません（2026-04-01 のように書く）"
    opens, closes = days[municipal.OPENS], days[municipal.CLOSES]
    if opens and closes and instant(opens) >= instant(closes, end=True):
        yield f"受付終了日（{closes[:10]}）が受付開始日（{opens[:10]}）より前です"
    for names in (municipal.PAGE, municipal.FORMS):
        written = row.text(*names)
        if written and not row.url(*names):
            yield f"{next(each for each in names if row.text(each))}「{written[:40]}」がアドレスではありません"
    unknown = [each for each in row.list(municipal.AREAS) if each not in _places()]
    yield from (f"対象地域群「{each[:30]}」という地域はありません" for each in unknown[:MOST_TOLD])
    if len(unknown) > MOST_TOLD:
        yield f"対象地域群には、ほかにも{len(unknown) - MOST_TOLD:,}個、ない地域があります"


@functools.cache
def _places() -> frozenset[str]:
    """Every name of every place, with its prefecture and without."""
    return frozenset(name for each in regions.all() for name in (each.name, regions.full_name(each.code)))


def _notes(row: Row) -> Iterator[str]:
    """What is left out because it cannot be read; the row is good without it."""
    amount, rate = row.text(*municipal.AMOUNT), row.text(municipal.RATE)
    if amount and from_number(amount) is None and read(amount, label="給付金額") is None:
        yield f"給付金額「{amount[:30]}」は金額として読めないため、空になります"
    if rate and read_rate(rate) is None:
        yield f"補助率「{rate[:30]}」は読めないため、空になります"


def ending(known: Iterator[str], found: Table) -> list[str]:
    """Which of the programmes listed now, by id, are of the table's municipalities and not in it any more."""
    here = {programme_id(each) for each in found.notices}
    return sorted(id for id in known if id not in here and id.startswith(tuple(found.prefixes)))
