"""Money, places, people and labels, in words."""

import re

from markupsafe import Markup, escape

from indexer.schema import NOT_OFFERED, Amount, Eligibility
from indexer.vocab import labels, regions
from search_api.models import Detail, Fit, Hit, Verdict


def yen(value: int) -> str:
    """Yen as people write them.

    >>> yen(15_000_000), yen(150_000_000), yen(12_345), yen(300_000)
    ('1,500万円', '1億5,000万円', '12,345円', '30万円')
    """
    if value < 10_000 or value % 10_000:
        return f"{value:,}円"
    oku, man = divmod(value // 10_000, 10_000)
    return (f"{oku:,}億" if oku else "") + (f"{man:,}万" if man else "") + "円"


def money(amount: Amount | None) -> str:
    """An amount in a few words; empty where nothing is given."""
    if amount is None:
        return ""
    parts = []
    if amount.max_yen:
        low = f"{yen(amount.min_yen)}〜" if amount.min_yen else ""
        parts.append(f"{low}{yen(amount.max_yen)}まで" if low else f"上限 {yen(amount.max_yen)}")
    elif amount.min_yen:
        parts.append(f"{yen(amount.min_yen)}から")
    if amount.rate:
        parts.append("定額" if amount.rate == "定額" else f"補助率 {amount.rate}")
    return "・".join(parts)


def where(item: Hit | Detail, near: str) -> str:
    """Where a firm must be, the reader's own place first where the list is long."""
    mine = [each for each in (near, near[:2]) if each in item.areas]
    if len(item.areas) > 3 and mine:
        return f"{regions.full_name(mine[0])} ほか{len(item.areas) - 1}か所"
    return item.area_label


def who(eligibility: Eligibility | None) -> str:
    """Who can apply, in a few words; empty where nothing was read.

    >>> who(Eligibility(employees_max=20, capital_max_yen=30_000_000, raw="")), who(Eligibility(raw="中小企業者"))
    ('従業員20人以下・資本金3,000万円以下', '')
    >>> who(Eligibility(industries=("E",), raw="")), who(Eligibility(industries=("D", "E", "H"), raw=""))
    ('製造業', '建設業・製造業など3業種')
    """
    if eligibility is None:
        return ""
    parts = []
    if trades := eligibility.industries:
        named = "・".join(label("industry", each) for each in trades[:2])
        parts.append(f"{named}など{len(trades)}業種" if len(trades) > 2 else named)
    if eligibility.employees_max:
        parts.append(f"従業員{eligibility.employees_max:,}人以下")
    if eligibility.capital_max_yen:
        parts.append(f"資本金{yen(eligibility.capital_max_yen)}以下")
    return "・".join(parts)


def firm(item: Hit | Detail) -> str:
    """The firm that a case tells of: its trade and size, in a few words; empty where neither was read."""
    size = f"従業員{item.workforce:,}人" if item.workforce else ""
    return "・".join(filter(None, (who(item.eligibility), size)))


def requirement(eligibility: Eligibility | None, most: int = 48) -> str:
    """The beginning of what the source writes about who can apply, where we could not read it; else empty.

    >>> requirement(Eligibility(raw="・町内に事業所を有する\\n中小企業者"))
    '町内に事業所を有する 中小企業者'
    >>> requirement(Eligibility(industries=("E",), raw="製造業"))
    ''
    """
    if eligibility is None or who(eligibility):
        return ""
    text = " ".join(eligibility.raw.split()).lstrip("・●○■□※-) ）")
    return text if len(text) <= most else text[: most - 1] + "…"


def label(facet: str, value: str) -> str:
    known = labels.labels(facet)
    return known[value].name if value in known else value


def has_state(item: Hit | Detail) -> bool:
    """Does it take applications or attendance at all? Cases and articles do not."""
    return item.kind not in NOT_OFFERED


_ADDRESS = re.compile(r"https?://[\w/:%#$&?()~.=+@,;!*'-]+", re.ASCII)
_AFTER = ".,;:!?'"


def linked(text: str) -> Markup:
    """The text of a source, harmless, with the addresses in it as links.

    >>> print(linked("詳細はhttps://a.example/x.html。<b>"))
    詳細は<a href="https://a.example/x.html" rel="noopener noreferrer nofollow">https://a.example/x.html</a>。&lt;b&gt;
    """
    parts: list[Markup] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        url = found[0].rstrip(_AFTER)
        if url.count(")") > url.count("("):
            url = url[: url.rindex(")")]
        parts.append(escape(text[end : found.start()]))
        parts.append(Markup('<a href="{0}" rel="noopener noreferrer nofollow">{0}</a>').format(url))
        end = found.start() + len(url)
    return Markup("").join([*parts, escape(text[end:])])


_UNIVERSAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z")


def raw_note(raw: str) -> str:
    """What a reader needs to understand the source's words; mostly nothing.

    >>> raw_note("2026-11-30T08:00:00Z"), raw_note("11月30日まで")
    ('世界標準時（UTC）で書かれています。日本時間はその9時間後です。', '')
    """
    return "世界標準時（UTC）で書かれています。日本時間はその9時間後です。" if _UNIVERSAL.search(raw) else ""


def outside(url: str) -> bool:
    """May it stand in a link? Only the web may: javascript: and data: may not."""
    return url.startswith(("https://", "http://"))


def all_areas(codes: tuple[str, ...]) -> str:
    return "・".join(regions.full_name(each) for each in codes)


VERDICTS = {
    Verdict.YES: "条件に合いそう",
    Verdict.ENDING: "条件に合いそう・まもなく締切",
    Verdict.PARTLY: "一部は要確認",
    Verdict.UNKNOWN: "条件は要確認",
    Verdict.NO: "条件に合わない",
}


def verdict(fit: Fit) -> str:
    """Whether it fits the firm of the question, in a few words."""
    return VERDICTS[fit.verdict]
