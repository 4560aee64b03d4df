"""From the forms of a correction to the value of a field, as JSON; what cannot be a value is refused in plain words."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from starlette.datastructures import FormData

from indexer.curate import Refused, backwards, value_of
from indexer.normalise.amounts import money, read_rate
from indexer.normalise.text import fold
from indexer.schema import Level, Programme
from indexer.vocab import labels, regions

LONGEST_LINE = 300
LONGEST_TEXT = 30_000
MOST_ROWS = 40
FACETS = {"fields": "field", "themes": "theme", "stages": "stage", "levers": "lever"}
"""Fields that are labels of the vocabulary, and their facet."""

BASES = {
    "fixed": "締切の日がある",
    "rolling": "随時（締切なし）",
    "until_budget": "予算がなくなりしだい終わる",
    "until_capacity": "定員になりしだい終わる",
    "scheduled": "予定（まだ決まっていない）",
    "unspecified": "終わりが書かれていない",
}
DELIVERIES = {"": "指定なし", "must_arrive": "必着", "postmark": "消印有効"}
ROLES = {"apply": "申し込み", "event": "開催"}


def read(field: str, form: FormData, shown: Programme) -> Any:
    """The value that the form says. `shown` is the programme as it was shown in it. Refused where it says none."""
    if field not in FORMS:
        raise Refused("この項目は直せません。")
    return FORMS[field](form, shown)


def text_of(form: FormData, name: str, most: int = LONGEST_LINE) -> str:
    """One value of the form, without blanks around it."""
    found = str(form.get(name, "")).replace("\r\n", "\n").strip()
    if len(found) > most:
        raise Refused(f"{most:,}字までにしてください（いま{len(found):,}字）。")
    if "\0" in found:
        raise Refused("使えない文字が入っています。")
    return found


def _needed(name: str, told: str) -> Callable[[FormData, Programme], str]:
    def read(form: FormData, shown: Programme) -> str:
        found = " ".join(text_of(form, name).split())
        if not found:
            raise Refused(told)
        return found

    return read


def _text(name: str) -> Callable[[FormData, Programme], str]:
    return lambda form, shown: text_of(form, name, LONGEST_TEXT)


def _kind(form: FormData, shown: Programme) -> str:
    return _one_of(text_of(form, "kind"), labels.labels("kind"), "種類")


def _one_of(value: str, known: Mapping[str, Any], name: str) -> str:
    if value not in known:
        raise Refused(f"{name}を選んでください。")
    return value


def _chosen(field: str) -> Callable[[FormData, Programme], list[str]]:
    def read(form: FormData, shown: Programme) -> list[str]:
        known = labels.labels(FACETS[field])
        sent = set(map(str, form.getlist(field)))
        if sent - set(known):
            raise Refused("選べない値が入っています。")
        return [each for each in known if each in sent]

    return read


def _gx(form: FormData, shown: Programme) -> bool:
    return _one_of(text_of(form, "gx"), {"yes": True, "no": False}, "「はい」か「いいえ」") == "yes"


def _url(form: FormData, shown: Programme) -> str:
    found = text_of(form, "official_url", 2000)
    if found and not re.fullmatch(r"https?://[^\s<>\"']+", found):
        raise Refused("アドレスは https:// か http:// で始めてください。")
    return found


def _day(form: FormData, shown: Programme) -> str:
    return _date(text_of(form, "published"), "掲載日") or ""


def _date(text: str, name: str) -> str | None:
    if not text:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Refused(f"{name}「{text}」は、ない日付です。") from None
    if not 1950 <= found.year <= 2200:
        raise Refused(f"{name}の年を確かめてください（{found.year}年になっています）。")
    return found.isoformat()


def places(field: str) -> Callable[[FormData, Programme], list[str]]:
    def read(form: FormData, shown: Programme) -> list[str]:
        return codes(text_of(form, field, 20_000))

    return read


def codes(text: str) -> list[str]:
    """The codes of places named one a line (or with 、 between). Refused where a name is none, or of several places.

    >>> codes("福岡市、東京都府中市"), codes("九州"), codes("全国")
    (['40130', '13206'], ['40', '41', '42', '43', '44', '45', '46'], ['JP'])
    """
    found: dict[str, None] = {}
    for name in filter(None, (each.strip() for each in re.split(r"[\n、,，;；]", text))):
        found.update(dict.fromkeys(_codes(name)))
    return list(found)


def _codes(name: str) -> tuple[str, ...]:
    name = fold(name).replace(" ", "")
    if name in ("全国", "日本全国", "JP"):
        return ("JP",)
    known = [each.code for each in regions.all() if name in (each.name, each.code, regions.full_name(each.code))]
    if len(known) == 1:
        return (known[0],)
    if known:
        choices = "」か「".join(regions.full_name(each) for each in known)
        raise Refused(f"「{name}」は複数あります。「{choices}」のように、都道府県から書いてください。")
    try:
        return regions.expand([name])
    except KeyError:
        near = [regions.full_name(each.code) for each in regions.search(name, limit=3)]
        hint = f"「{'」「'.join(near)}」のことですか。" if near else "都道府県か市区町村の名前を書いてください。"
        raise Refused(f"「{name}」という地域はありません。{hint}") from None


def named(found: tuple[str, ...]) -> str:
    """Codes as the form shows them: a name a line."""
    return "\n".join(regions.full_name(each) for each in found)


def yen(text: str, name: str) -> int | None:
    """A sum as people write it. Refused where it is none.

    >>> yen("1,000万円", ""), yen("１億５千万", ""), yen("300000", ""), yen("", "")
    (10000000, 150000000, 300000, None)
    """
    if not text:
        return None
    plain = fold(text).replace(",", "").replace(" ", "")
    sums = [each.yen for each in money(plain if plain.endswith("円") else f"{plain}円")]
    if len(sums) != 1 or not re.fullmatch(r"[\d.億万千百十〇一二三四五六七八九]+円?", plain) or sums[0] <= 0:
        raise Refused(f"{name}「{text}」を金額として読めません。「1000万円」か「10000000」のように書いてください。")
    return sums[0]


def _amount(form: FormData, shown: Programme) -> dict[str, Any] | None:
    most, least = yen(text_of(form, "max_yen"), "上限額"), yen(text_of(form, "min_yen"), "下限額")
    written = text_of(form, "rate")
    rate = read_rate(written) if written else None
    if written and rate is None:
        raise Refused(f"補助率「{written}」を読めません。「2/3」「50%」「定額」のように書いてください。")
    if most and least and least > most:
        raise Refused("下限額が上限額より大きくなっています。")
    raw = text_of(form, "raw", LONGEST_TEXT)
    if not (most or least or rate):
        return None
    return {"max_yen": most, "min_yen": least, "rate": rate, "raw": raw}


def _count(text: str, name: str) -> int | None:
    if not text:
        return None
    plain = fold(text).replace(",", "").removesuffix("人").removesuffix("名").strip()
    if not re.fullmatch(r"\d{1,7}", plain) or int(plain) == 0:
        raise Refused(f"{name}「{text}」を人数として読めません。「20」のように書いてください。")
    return int(plain)


def _eligibility(form: FormData, shown: Programme) -> dict[str, Any] | None:
    known = labels.labels("industry")
    industries = [each for each in known if each in form.getlist("industries")]
    values = {
        "industries": industries,
        "employees_max": _count(text_of(form, "employees_max"), "従業員数"),
        "capital_max_yen": yen(text_of(form, "capital_max_yen"), "資本金"),
        "raw": text_of(form, "raw", LONGEST_TEXT),
    }
    # What the form does not show stays as it is.
    before = value_of(shown, "eligibility") or {}
    return before | values if any(values.values()) else None


def _issuer(form: FormData, shown: Programme) -> dict[str, Any] | None:
    level = _one_of(text_of(form, "level"), {each.value: each for each in Level}, "区分")
    name = " ".join(text_of(form, "name").split())
    return {"name": name, "level": level} if name or level != Level.UNKNOWN else None


WINDOW = (
    "role", "label", "opens_day", "opens_time", "closes_day", "closes_time", "basis", "delivery", "round", "ended",
    "ended_day", "raw", "from",
)  # fmt: skip
"""The parts of a row of the form of windows; each is sent once a row, as `w_<part>`."""


def _windows(form: FormData, shown: Programme) -> list[dict[str, Any]]:
    columns = {part: list(map(str, form.getlist(f"w_{part}"))) for part in WINDOW}
    count = len(columns["role"])
    if count > MOST_ROWS or any(len(each) != count for each in columns.values()):
        raise Refused("フォームの形が壊れています。前の画面を開き直してください。")
    dropped = set(map(str, form.getlist("w_drop")))
    before = value_of(shown, "windows")
    found = []
    for number in range(count):
        row = {part: values[number].strip() for part, values in columns.items()}
        base = before[int(row["from"])] if row["from"].isdecimal() and int(row["from"]) < len(before) else None
        if str(number) in dropped or (base is None and not any(row[part] for part in ("opens_day", "closes_day"))
                                      and row["basis"] in ("", "fixed")):  # fmt: skip
            continue
        found.append(_window(row, base, f"{number + 1}行目"))
    return found


def _window(row: Mapping[str, str], base: Mapping[str, Any] | None, where: str) -> dict[str, Any]:
    opens = _moment(row["opens_day"], row["opens_time"], f"{where}の開始")
    closes = _moment(row["closes_day"], row["closes_time"], f"{where}の締切")
    basis = _one_of(row["basis"] or "fixed", BASES, f"{where}の終わり方")
    if opens and closes and backwards(opens, closes):
        raise Refused(f"{where}：締切が開始より前になっています。")
    if basis == "fixed" and not closes:
        raise Refused(f"{where}：締切の日を入れるか、終わり方で「随時」などを選んでください。")
    number = fold(row["round"])
    if number and not re.fullmatch(r"[1-9]\d?", number):
        raise Refused(f"{where}：回は「2」のように数字で書いてください。")
    if row["ended"] == "yes":
        ended = (base or {}).get("ended_early") or {"raw": ""}
        ended = {"at": _date(row["ended_day"], f"{where}の終わった日"), "raw": ended["raw"]}
    else:
        ended = None
    before = {} if base is None else dict(base)
    same = bool(base) and (before.get("opens"), before.get("closes")) == (opens, closes)
    return before | {
        "role": _one_of(row["role"], ROLES, f"{where}の種類"),
        "opens": opens,
        "closes": closes,
        "precision": before.get("precision") if same else _precision(closes or opens),
        "basis": basis,
        "delivery": _one_of(row["delivery"], DELIVERIES, f"{where}の届け方") or None,
        "ended_early": ended,
        "label": _short(row["label"], LONGEST_LINE, f"{where}の名前"),
        "round": int(number) if number else None,
        "inferred": [],
        "raw": _short(row["raw"], LONGEST_TEXT, f"{where}の言葉"),
    }


def _short(text: str, most: int, name: str) -> str:
    if len(text) > most:
        raise Refused(f"{name}は{most:,}字までにしてください（いま{len(text):,}字）。")
    return text


def _precision(moment: str | None) -> str | None:
    return None if moment is None else "minute" if "T" in moment else "day"


def _moment(day: str, time: str, name: str) -> str | None:
    found = _date(day, name)
    if not time:
        return found
    if found is None:
        raise Refused(f"{name}：時刻だけでは決まりません。日付も入れてください。")
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?", time):
        raise Refused(f"{name}「{time}」は、ない時刻です。")
    return f"{found}T{time}"


FORMS: Mapping[str, Callable[[FormData, Programme], Any]] = {
    "title": _needed("title", "名称を入れてください。"),
    "kind": _kind,
    "windows": _windows,
    "areas": places("areas"),
    "event_areas": places("event_areas"),
    "amount": _amount,
    "eligibility": _eligibility,
    "workforce": lambda form, shown: _count(text_of(form, "workforce"), "従業員数"),
    "issuer": _issuer,
    "official_url": _url,
    "summary": _text("summary"),
    "body": _text("body"),
    "contact": _text("contact"),
    "published": _day,
    "gx": _gx,
    **{field: _chosen(field) for field in FACETS},
}
"""Every field that can be corrected, in the order in which the page shows them."""
