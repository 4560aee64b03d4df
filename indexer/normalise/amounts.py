"""Reads how much one applicant can get: ceilings, floors and rates, from the fields and the texts of a listing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from indexer.normalise.eligibility import read_eligibility
from indexer.normalise.text import fold
from indexer.schema import Amount

_KANJI = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"壱": 1, "弐": 2, "参": 3}
_CIRCLED = dict.fromkeys([*range(0x2460, 0x2474), *range(0x2776, 0x2794), *range(0x24EA, 0x2500)], " ")
_SMALL = {"十": 10, "百": 100, "千": 1000}

# A number in front of 円: so many 億, so many 万, and the rest; each with 千, 百 or 十 in it.
_DIGITS = r"(?:\d{1,3}(?:\s?,\s?\d{3})+|\d+)(?:\.\d+)?"
_PART = rf"(?:(?:{_DIGITS}|[〇一二三四五六七八九壱弐参]{{1,4}})(?:\s?[十百千]\d{{0,3}}[百十]?\d{{0,2}})?|[十百千])"
_NUMBER = re.compile(rf"(?<![\d,.])(?:{_PART}\s?億\s?)?(?:{_PART}\s?万\s?)?(?:{_PART})?\s?$")
_LONGEST_NUMBER = 26
_NO_SUM = re.compile(r"[安高]|\s?/\s?(?:㌧|t|トン|kW|kg|㎡|m2|平方)")
_FRACTION = re.compile(
    r"(?<![\d/.])(\d{1,3})\s*/\s*(\d{1,3})(?![\d/月])"
    r"|(?<!\d)(\d{1,2}|[一二三四五六七八九十])\s*分\s*の\s*(\d{1,2}|[一二三四五六七八九十])"
    r"|(?<![\d.])(\d{1,3}(?:\.\d+)?)\s*(?:%|パーセント)"
)
_FIXED = re.compile(r"定額|一律")

_SUPPORT = r"(?:補助|助成|支援|給付|交付|支給|奨励|融資|貸付|保証|限度|協力|祝)"
_CEILING_BEFORE = re.compile(r"(?:上限|限度|最大|最高|マックス)[^。\n\d]{0,16}$")
_CEILING_AFTER = re.compile(
    r"^\s*(?:\((?:定額|一律|税抜|上限)\))?[\])】」(]?\s*(?:を|が|の|の?額を)?\s*(?:上限|限度|まで(?!の)|以内|限り|とし|支給|補助|助成|給付|を交付)"
)
_FLOOR_BEFORE = re.compile(r"(?:下限|最低(?!賃金))[^。\n\d)]{0,36}$")
_FLOOR_AFTER = re.compile(r"^\s*[(「]?\s*(?:を|が)?\s*下限(?!額?\s*:?\s*\d)")
_MORE_AFTER = re.compile(r"^\s*(?:を|まで)?\s*(?:上乗せ|加算|増額)")
_LABEL = re.compile(
    rf"(?<!給与)(?<!給与の)(?<!給与等)(?<!給与等の)(?<!賞与){_SUPPORT}(?:事業)?(?:対象)?(?:金|費|料)?(?:交付|の|支給)?(?:額|金額|限度額|上限額|限度|上限|単価)"
    rf"|{_SUPPORT}(?:率|の割合|割合)(?:・|及び|および|、|と)(?:{_SUPPORT}(?:金)?)?(?:上限|限度)?額|{_SUPPORT}(?:内容|の内容)"
    r"|上限額|限度額|(?:補助|助成|支援|奨励|給付|協力)金(?:の額)?\s*[::]"
)
# What stands before an amount that is none of support: budgets, sizes of firms, prices, pay, fees.
_OTHER_BEFORE = re.compile(
    r"(?:予算|総額|総事業費|資本|出資|売上|売り上げ|年商|所得|給与|賃金|時給|月給|年収|収入|受講料|参加費|参加料|会費|手数料|"
    r"保険料|保証料|家賃|単価が|価格|価額|契約|取引|購入費は|税込|税抜|取得(?:価[格額]|費|金額|原価|に|し)|投資額|事業費|経費(?:総額|合計)?[がはの:]?|対象経費|費用が|"
    r"利用料|診断料|自己負担|残高|利子|返済|罰金|違約|加算|上乗せ|増額|1人|一人|寄[付附]|合計額が|規模)[^。\n\d]{0,14}$"
)
_OTHER_AFTER = re.compile(
    r"^\s*[)】]?\s*(?:以上|を超|未満|程度の(?:売|経費|事業)|相当|の(?:売上|収入|設備|物品|機器|取引|契約|費用|経費|事業)|を?(?:加算|上乗せ|増額))"
)
# A price of a unit (1リットルあたり3円) is no sum for one applicant.
_OF_A_UNIT = re.compile(r"(?:リットル|ℓ|[kK][wW]h?|キロワット(?:時)?|平方メートル|㎡|m2|トン|㌧|kg|キロ)(?:当|あ)たり")
# Nor is a sum for each night, day or hour.
_OF_A_TIME = re.compile(r"(?:泊|日|時間)(?:当|あ)たりの?(?:最大|最高|上限)?[^。\n\d]{0,8}$")
_BETWEEN = re.compile(r"^\s*(?:から|[〜～~]|以上)\s*$")
_RATE_NEAR = re.compile(r"補助|助成|給付|支給|負担|経費の|費用の|額の")
_RATE_AFTER = re.compile(r"\s*(?:以内|補助|助成|を(?:補助|助成|支援|支給|給付|上限))")
_NOT_A_RATE = re.compile(
    r"(?:賃上げ|賃金|(?<![補助]助率)(?<!助成率)(?<!率の)引上げ|給与|削減|減少|増加|向上|以上の|売上|所得|株式|議決権|出資|利子|金利|年利|消費税|税率|取得価額)[^。\n]{0,14}$"
)
_NOT_A_RATE_AFTER = re.compile(
    r"^\s*(?:以上|[をのが]?(?:超|下回|上回|減少|増加|削減|出資|所有|保証|税額控除|特別償却|控除))"
)
# The text says that the field of the ceiling holds a budget, or that there is no ceiling.
_NO_CEILING = re.compile(
    r"上限額?[｣」』]?(?:の?欄)?(?:に?は|について)、?[^。\n]{0,20}予算"
    r"|[1一]件(?:当|あ)たりの?[^。\n]{0,12}(?:上限|限度)額?は?(?:特に)?、?(?:なし|無し|ない|ありません|設けて)"
)
_LINE = re.compile(r"[^\n]+")
_WORTH = re.compile(r"円|[/／]|分の|[%％]|定額|パーセント")
_HEADED_LINES = 8
_LONGEST_HEADING = 40
_LONGEST_LINE = 600
_MOST = 10**13


@dataclass(frozen=True)
class Sum:
    """Yen in a text, with its position."""

    yen: int
    start: int
    end: int


def money(text: str) -> Iterator[Sum]:
    """Every sum in yen, as written in a text.

    >>> [each.yen for each in money("上限1億5千万円、2,000千円、三十万円、5.5万円、１，０００円")]
    [150000000, 2000000, 300000, 55000, 1000]
    """
    folded = _folded(text)
    at = folded.find("円")
    while at >= 0:
        first = max(0, at - _LONGEST_NUMBER)
        found = _NUMBER.search(folded, first, at)
        if found and found[0].strip() and not _NO_SUM.match(folded, at + 1):
            value = _value(found[0])
            if value is not None and 0 < value < _MOST:
                yield Sum(value, found.start(), at + 1)
        at = folded.find("円", at + 1)


def _folded(text: str) -> str:
    # A circled number counts the courses; folded to a digit it would join the sum behind it.
    return fold(text.translate(_CIRCLED))


def _value(written: str) -> int | None:
    written = re.sub(r"[\s,]", "", written)
    total = Fraction(0)
    for unit, size in (("億", 10**8), ("万", 10**4)):
        head, found, tail = written.partition(unit)
        if found:
            part = _below_ten_thousand(head)
            if part is None:
                return None
            total += part * size
            written = tail
    if written:
        part = _below_ten_thousand(written)
        if part is None:
            return None
        total += part
    return int(total) if total.denominator == 1 else None


def _below_ten_thousand(written: str) -> Fraction | None:
    """A number with 千, 百 and 十 in it; digits in front of them may be many (2,000千円)."""
    total, number = Fraction(0), ""
    for char in written:
        if char in _SMALL:
            total += (_plain(number) if number else 1) * _SMALL[char] if not total or number else 0
            if not number and total >= _SMALL[char] * 1000:
                return None
            number = ""
        elif char in "億万":
            return None
        else:
            number += char
    return total + _plain(number) if number else total or None


def _plain(number: str) -> Fraction:
    if number[0] in _KANJI:
        return Fraction(int("".join(str(_KANJI[c]) for c in number if c in _KANJI)))
    return Fraction("".join(c for c in number if c.isdigit() or c == "."))


def from_number(value: str) -> int | None:
    """Yen of Jグランツ's subsidy_max_limit; 0, and eight nines or more, mean that nothing is given.

    >>> from_number("5000000"), from_number("0"), from_number("99999999")
    (5000000, None, None)
    """
    digits = fold(value).replace(",", "").strip()
    if not digits.isascii() or not digits.isdigit() or int(digits) == 0 or (len(digits) >= 8 and set(digits) == {"9"}):
        return None
    return int(digits)


def read_rate(text: str) -> str | None:
    """The largest share that a field on rates names, in lowest terms; "定額" where there is no share but a fixed sum.

    >>> read_rate("中小企業２／３以内、大企業1/2以内"), read_rate("定額（10/10）"), read_rate("定額"), read_rate("50％")
    ('2/3', '10/10', '定額', '1/2')
    >>> read_rate("公募要領を参照") is None
    True
    """
    shares = [share for share, _, _ in _shares(fold(text))]
    if shares:
        return _written(max(shares))
    return "定額" if _FIXED.search(text) else None


def _written(share: Fraction) -> str:
    return "10/10" if share == 1 else f"{share.numerator}/{share.denominator}"


def _shares(folded: str) -> Iterator[tuple[Fraction, int, int]]:
    for match in _FRACTION.finditer(folded):
        over, under, below, above, percent = match.groups()
        if percent:
            share = Fraction(percent) / 100
        else:
            top, bottom = _count(over or above), _count(under or below)
            if not bottom:
                continue
            share = Fraction(top, bottom)
            if bottom > 20 and bottom != 100:
                continue
        if 0 < share <= 1:
            yield share, match.start(), match.end()


def _count(written: str) -> int:
    return int(written) if written.isdigit() else 10 if written == "十" else _KANJI[written]


def read(text: str, *, label: str = "") -> Amount | None:
    """What a text says one applicant can get; None where it says nothing.

    Of several ceilings (by item, by course) the largest counts, and of several floors the least; every line that was
    used is in `raw`, verbatim, one below the other. `label` is the heading under which the text stands (補助上限額).
    Budgets, turnovers, capital, project costs, prices, pay and fees are no amounts of support.
    """
    ceilings: list[int] = []
    floors: list[int] = []
    shares: list[Fraction] = []
    fixed = False
    raws: list[str] = []
    under = _HEADED_LINES if label and _LABEL.search(fold(label)) else 0
    for match in _LINE.finditer(text):
        line = match[0]
        if len(line) > _LONGEST_HEADING and not _WORTH.search(line):
            under = max(0, under - 1)
            continue
        folded = _folded(line[:_LONGEST_LINE])
        labelled = _LABEL.search(folded)
        used = _line(folded, bool(under) or bool(labelled), labelled.end() if labelled else 0, ceilings, floors)
        rate = _rates(folded, bool(under) or bool(labelled))
        if rate:
            shares += rate
            used = True
        elif re.search(
            r"(?:補助|助成|支給|給付|交付|奨励)[^。\n]{0,12}定額|定額(?:補助|助成|支給|給付)?\s*[((]|定額で|^定額$",
            folded,
        ):
            fixed = used = True
        if used:
            raws.append(line[:_LONGEST_LINE].strip())
        heading = bool(labelled) and len(folded) <= _LONGEST_HEADING and "円" not in folded
        under = _HEADED_LINES if heading else max(0, under - 1) if not _heading(folded) else 0
    if not (ceilings or floors or shares or fixed):
        return None
    most, least = max(ceilings, default=None), min(floors, default=None)
    if least is not None and most is not None and least >= most:
        least = None
    return Amount(
        max_yen=most,
        min_yen=least,
        rate=_written(max(shares)) if shares else "定額" if fixed else None,
        raw="\n".join(dict.fromkeys(raws)),
    )


def _heading(folded: str) -> bool:
    return (
        bool(re.match(r"\s*(?:■|◆|●|【|<|《|\[|第?\d{1,2}\s*[.．、)]\s*\S{2,20}$)", folded))
        and len(folded) <= _LONGEST_HEADING
    )


def _line(folded: str, labelled: bool, start: int, ceilings: list[int], floors: list[int]) -> bool:
    """Sorts the sums of one line; True where one of them counts."""
    used = False
    sums = list(money(folded))
    for i, each in enumerate(sums):
        before, after = folded[max(0, each.start - 48) : each.start], folded[each.end : each.end + 20]
        if _FLOOR_BEFORE.search(before) or _FLOOR_AFTER.search(after):
            floors.append(each.yen)
            used = True
            continue
        if _MORE_AFTER.match(after):
            continue
        last = max(before.rfind(mark) for mark in "。、,;;((")
        near = before[last + 1 :] if last >= 0 and labelled else before
        if _OF_A_TIME.search(before):
            continue
        explicit = bool(_CEILING_BEFORE.search(before))
        if not explicit and _OF_A_UNIT.search(before[before.rfind("。") + 1 :]):
            continue
        other = _OTHER_BEFORE.search(near) or _OTHER_AFTER.search(after)
        if i + 1 < len(sums) and _BETWEEN.match(folded[each.end : sums[i + 1].start]):
            if (labelled or explicit) and not _OTHER_BEFORE.search(before):
                # 上限50万円〜200万円 are ceilings of several courses, 補助額50万円〜200万円 a floor and a ceiling.
                (ceilings if explicit else floors).append(each.yen)
                used = True
            continue
        if (
            explicit
            and not re.search(r"予算|総額(?!で(?:最大|上限))|資本|売上|事業費|対象経費", before[last + 1 :][-24:])
        ) or (
            not other
            and ((labelled and each.start >= start) or (_CEILING_AFTER.match(after) and re.search(_SUPPORT, folded)))
        ):
            ceilings.append(each.yen)
            used = True
    return used


def _rates(folded: str, labelled: bool) -> list[Fraction]:
    found: list[Fraction] = []
    if "税額控除" in folded or "税額から控除" in folded:
        return found
    for share, start, end in _shares(folded):
        before, after = folded[max(0, start - 30) : start], folded[end : end + 12]
        if _NOT_A_RATE.search(before) or _NOT_A_RATE_AFTER.match(after):
            continue
        if labelled or _RATE_NEAR.search(before) or _RATE_AFTER.match(after):
            found.append(share)
    return found


def merge(number: str, rate: str, text: str) -> Amount | None:
    """An amount from a source's own fields (`from_number`, `read_rate`), and from its text where they are empty.

    A number that the text calls a budget is left out.
    """
    said = read(text)
    if number and _NO_CEILING.search(fold(text)):
        number = ""
    most, share = from_number(number), read_rate(rate) if rate else None
    if most is None and share is None:
        in_rate = read(rate, label="補助額") if rate else None
        return in_rate if in_rate and in_rate.max_yen else said
    least = said.min_yen if said else None
    raws = [number] if most else []
    raws += [rate] if share else []
    if said and ((most is None and said.max_yen) or (share is None and said.rate) or least):
        raws.append(said.raw)
    most = most or (said.max_yen if said else None)
    return Amount(
        max_yen=most,
        min_yen=least if least and (most is None or least < most) else None,
        rate=share or (said.rate if said else None),
        raw="\n".join(raws),
    )


def read_row(row: dict[str, Any]) -> dict[str, Any]:
    """One line of `shien normalise amounts`: {id, text} in, and number and rate where a source has them as fields."""
    text = row.get("text") or ""
    found = merge(str(row.get("number") or ""), row.get("rate") or "", text)
    who = read_eligibility(text, employees=row.get("employees") or "", industries=row.get("industries") or ())
    return {
        "id": row.get("id"),
        "max_yen": found.max_yen if found else None,
        "min_yen": found.min_yen if found else None,
        "rate": found.rate if found else None,
        "raw": found.raw if found else None,
        "employees_max": who.employees_max if who else None,
        "capital_max_yen": who.capital_max_yen if who else None,
        "industries": list(who.industries) if who else [],
    }
