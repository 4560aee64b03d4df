"""Money, places, people and labels, in words."""

import re

from markupsafe import Markup, escape

from frontend.language import Language, spoken
from frontend.language import gettext as _
from frontend.words.vocabulary import area_label, label, place_name
from indexer.schema import NOT_OFFERED, Amount, Eligibility
from search_api.models import Detail, Hit


def yen(value: int) -> str:
    """Yen as people write them.

    >>> yen(15_000_000), yen(150_000_000), yen(12_345), yen(300_000)
    ('1,500万円', '1億5,000万円', '12,345円', '30万円')
    """
    if spoken.get() is Language.EN:
        return f"¥{value:,}"
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
        most = yen(amount.max_yen)
        parts.append(
            _("{least}〜{most}まで").format(least=yen(amount.min_yen), most=most)
            if amount.min_yen
            else _("上限 {most}").format(most=most)
        )
    elif amount.min_yen:
        parts.append(_("{least}から").format(least=yen(amount.min_yen)))
    if amount.rate:
        parts.append(_("定額") if amount.rate == "定額" else _("補助率 {rate}").format(rate=amount.rate))
    return _("・").join(parts)


def where(item: Hit | Detail, near: str) -> str:
    """Where a firm must be, the reader's own place first where the list is long."""
    mine = [each for each in (near, near[:2]) if each in item.areas]
    if len(item.areas) > 3 and mine:
        return _("{place} ほか{more}か所").format(place=place_name(mine[0]), more=len(item.areas) - 1)
    return places(item)


def places(item: Hit | Detail) -> str:
    """Where a firm must be, or where an event is; empty where neither was read."""
    codes = item.areas or item.event_areas
    return area_label(codes) if codes else ""


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
        named = _("・").join(label("industry", each) for each in trades[:2])
        many = _("{trades}など{count}業種").format(trades=named, count=len(trades))
        parts.append(many if len(trades) > 2 else named)
    if eligibility.employees_max:
        parts.append(_("従業員{most:,}人以下").format(most=eligibility.employees_max))
    if eligibility.capital_max_yen:
        parts.append(_("資本金{most}以下").format(most=yen(eligibility.capital_max_yen)))
    return _("・").join(parts)


def firm(item: Hit | Detail) -> str:
    """The firm that a case tells of: its trade and size, in a few words; empty where neither was read."""
    size = _("従業員{count:,}人").format(count=item.workforce) if item.workforce else ""
    return _("・").join(filter(None, (who(item.eligibility), size)))


_LATER_ITEM = re.compile(r"[\s・●○■□※-]*[(（]?(?:[2-9２-９](?:[)）．、\u3000]|\.(?!\d))|[②-⑳])")


def requirement(eligibility: Eligibility | None, most: int = 48) -> str:
    """The beginning of what the source writes about who can apply, where we could not read it; else empty.

    >>> requirement(Eligibility(raw="・町内に事業所を有する\\n中小企業者"))
    '町内に事業所を有する 中小企業者'
    >>> requirement(Eligibility(industries=("E",), raw="製造業"))
    ''

    The second of several is not shown without the first:

    >>> requirement(Eligibility(raw="(2) 特定非営利活動法人（従業員数300人以下）"))
    ''
    """
    if eligibility is None or who(eligibility) or _LATER_ITEM.match(eligibility.raw):
        return ""
    text = " ".join(eligibility.raw.split()).lstrip("・●○■□※-) ）")
    return text if len(text) <= most else text[: most - 1] + "…"


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
    return _("世界標準時（UTC）で書かれています。日本時間はその9時間後です。") if _UNIVERSAL.search(raw) else ""


def outside(url: str) -> bool:
    """May it stand in a link? Only the web may: javascript: and data: may not."""
    return url.startswith(("https://", "http://"))
