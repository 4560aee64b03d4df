"""Passages that say where: brackets, datelines, subjects, venues, areas of a disaster."""

import re

from indexer.normalise.areas.bodies import STEMS, authority
from indexer.normalise.areas.evidence import Hints, Said, gather, narrowest
from indexer.normalise.areas.names import one_spelling, places, trie

LEADING = re.compile(r"\s*[【［\[](?P<inside>[^】］\]]*)[】］\]]")
BODY_BRACKET = re.compile(r"\s*【(?P<issuer>[^】]+)】\s*[（(](?P<areas>[^）)]+)[）)]")
SITE = re.compile(r"[|｜]\s*J-Net21.*$")
_TITLE_ISSUER = re.compile(r"^.{10,}[:：](?P<issuer>[^「」『』【】:：!！?？。]{2,25})$")
_DATELINE_END = re.compile(r"支援情報|\n|\d{4}年|$")
_EVENT = re.compile(
    r"セミナー|イベント|説明会|相談会|商談会|展示会|シンポジウム|シンポ|講座|講習|交流会|フォーラム|ピッチ|開催|研修|勉強会|ワークショップ"
)
_VENUE_LABEL = re.compile(r"(?:開催場所|開催地|会場|場所)[:：\s】］〕）)]*(?P<place>[^\n。]{2,60})")
_HELD = re.compile(r"(?:に?(?:おいて|て)|で)(?:、|の?開|実施|行)|会場")
DISASTER = re.compile(r"災害|被災|地震|豪雨|大雨|大雪|台風|噴火|大火|林野火災")
# Firms inside a place are spoken to: 富山県内の中小企業, 高松市内に事業所を有する.
ADDRESSED = re.compile(
    r"内(?:の|で|に|において|に主たる)?[^。、\n]{0,8}?(?:中小|小規模|事業者|事業所|企業|法人|商店|店舗|農業者|本社|本店|住所|所在)"
)
HANDED_ON = re.compile(r"(?:省|庁|国)(?:から|より)|国庫補助")
_PREFECTURE_ROW = re.compile(
    rf"(?:{trie(STEMS)})(?:[県都府]?(?:[・、,]|及び|および|並びに|ならびに|と)(?:{trie(STEMS)}))+[県都府]?の?(?:各県|[0-9]県|県)"
)


def dateline(title: str, body: str) -> str:
    """The issuer that J-Net21's articles put behind their title: （title）：東京都."""
    stem, body = title.strip(), body[:3000]
    if not stem:
        return ""
    at = body.find(stem)
    while at >= 0:
        rest = body[at + len(stem) : at + len(stem) + 120]
        if rest[:1] in "：:" and rest:
            end = _DATELINE_END.search(rest)
            return rest[1 : end.start() if end else None].strip(" 　」")
        at = body.find(stem, at + 1)
    behind = _TITLE_ISSUER.search(stem)
    if behind is None:
        return ""
    name = bare_name(behind["issuer"])
    # What closes a bracket is a course or a round (（区分2：新事業分）) more often than an issuer.
    return name if name == behind["issuer"] or authority(name, ()) else ""


_NAMED_BODY = re.compile(r"(?:機構|財団|センター|公社|協会|協議会|会議所|商工会|連合会|中央会|産業局)$")


def bare_name(text: str, hints: Hints = ()) -> str:
    """The issuer's name without what stands beside it in its bracket.

    >>> bare_name("岐阜県_2次募集"), bare_name("海辺振興局）"), bare_name("一般社団法人海辺（うみべ）協会")
    ('岐阜県', '海辺振興局', '一般社団法人海辺（うみべ）協会')
    """
    parts = re.split(r"[_＿/／|｜]", text)
    named = (part for part in parts if len(parts) > 1 and (_NAMED_BODY.search(part) or authority(part, hints)))
    name = next(named, text).strip()
    return name if re.search(r"[（(]", name) else name.rstrip("）)")


def subject(body: str) -> str:
    """Who acts in the first sentence: 「富山県が、…」."""
    found = re.match(r"\s*(?P<subject>[^。、はがを\n]{2,40}?)(?:は|が)", body)
    return found["subject"] if found else ""


def is_event(title: str) -> bool:
    return bool(_EVENT.search(title))


def title_places(original: str, after: int, hints: Hints, *, event: bool) -> tuple[Said, tuple[str, ...]]:
    """(places the title is about, places where it says something is held), from position `after` on."""
    text = one_spelling(original)
    about, held = [], []
    for mention in places(text):
        if mention.start < after:
            continue
        follows = text[mention.end : mention.end + 12]
        if event and _HELD.match(follows):
            held.append(mention)
        elif not re.match(r"から|出身|以外|外(?:から|の)|沖", follows):
            about.append(mention)
    said = gather(text, original, about, hints)
    return said, gather(text, original, held, hints).codes


def venues(venue: str, body: str, hints: Hints) -> tuple[str, ...]:
    texts = [venue] if venue else [found["place"] for found in _VENUE_LABEL.finditer(body)][:6]
    codes: set[str] = set()
    for original in texts:
        text = one_spelling(original)
        codes.update(gather(text, original, places(text), hints).codes)
    return narrowest(codes)


def disaster_area(body: str, hints: Hints) -> Said:
    """The prefectures or municipalities that a national body's disaster measures are for, from the lead."""
    lead = body[:400]
    text = one_spelling(lead)
    row = _PREFECTURE_ROW.search(text)
    if row:
        codes = {STEMS[stem].code for stem in re.findall(trie(STEMS), row[0])}
        return Said(tuple(sorted(codes)), raw=lead[row.start() : row.end()])
    first = [m for m in places(text) if text[m.start - 1] != "(" and DISASTER.search(text, m.end, m.end + 60)]
    mentions = [m for m in first if len(m.codes[0]) == 2] or first
    return gather(text, lead, mentions, hints)
