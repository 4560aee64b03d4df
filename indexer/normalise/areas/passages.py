"""Passages that say where: brackets, datelines, subjects, venues, areas of a disaster."""

import re
from collections.abc import Iterator

from indexer.normalise.areas.bodies import NATION, STEMS, authority
from indexer.normalise.areas.evidence import NOTHING, Hints, Said, gather, narrowest
from indexer.normalise.areas.names import Mention, one_spelling, places, trie

LEADING = re.compile(r"\s*[【［\[](?P<inside>[^】］\]]*)[】］\]]")
BRACKET = re.compile(r"[【［\[][^】］\]]{2,60}[】］\]]")
BODY_BRACKET = re.compile(r"\s*【(?P<issuer>[^】]+)】\s*[（(](?P<areas>[^）)]+)[）)]")
SITE = re.compile(r"[|｜]\s*J-Net21.*$")
_TITLE_ISSUER = re.compile(r"^.{10,}[:：](?P<issuer>[^「」『』【】:：!！?？。]{2,25})$")
_DATELINE_END = re.compile(r"支援情報|\n|\d{4}年|$")
_EVENT = re.compile(
    r"セミナー|イベント|説明会|相談会|商談会|展示会|シンポジウム|シンポ|講座|講習|交流会|フォーラム|ピッチ|開催|研修|勉強会|ワークショップ"
)
_VENUE_LABEL = re.compile(r"(?:開催場所|開催地|会場|場所)[:：\s】］〕）)]*(?P<place>[^\n。]{2,60})")
_HELD = re.compile(r"(?:に?(?:おいて|て)|で)(?:、|の?開|実施|行)|会場")
DISASTER = re.compile(r"災害|被災|地震|豪雨|大雨|大雪|台風|噴火|大火|林野火災|避難指示")
# Firms inside a place are spoken to: 富山県内の中小企業, 高松市内に事業所を有する.
_ADDRESSED = re.compile(
    r"内(?:の|で|に|において|に主たる)?[^。、\n]{0,8}?(?:中小|小規模|事業者|事業所|企業|法人|商店|店舗|農業者|市場|病院|医療機関|工場|事業場|宿泊|旅館|産業|本社|本店|住所|所在)"
)
# The state speaks of itself; prefectures and municipalities do not say so.
OF_THE_STATE = re.compile(r"我が国|閣議決定|間接補助|二酸化炭素排出抑制対策事業費")
STATE_SCHEME = re.compile(r"二酸化炭素排出抑制対策事業費")
HANDED_ON = re.compile(r"(?:省|庁|国)(?:から|より)|国庫補助")
_PREFECTURE_ROW = re.compile(
    rf"(?:{trie(STEMS)})(?:[県都府]?(?:[・、,]|及び|および|並びに|ならびに|と)(?:{trie(STEMS)}))+"
    r"[県都府]?の?(?:各県|両県|[0-9]県|県|[0-9]{1,2}[市町村])"
)
# Firms of 東京都 and 北海道 by what only these are called; 府内 and 県内 name no place.
_BARE_INSIDE = re.compile(r"(?<![一-鿿])(?:(?P<tokyo>都)|道)(?=内)")
_STRUCK = re.compile(r"(?:避難指示|被災|被害)[^。\n]{0,10}(?:対象となった|受けた|した)$")
_REMARK = re.compile(r"[(（][^()（）]{0,40}[)）]")
_SUBJECT = re.compile(
    r"(?:^|[。、\n]|\*+)[^\w。\n*]*(?P<subject>[^、。はがをに\n*]{2,40}?)\**(?:では|において|は|が|の(?=実施|行[うい]|運営))"
)
_ACTOR = re.compile(
    r"(?:機構|財団|センター|公社|[協部]会|協議会|会議所|商工会|連合会?|中央会|[局庁省長]|知事|大臣|[都道府県市区町村課部館]|研究所|公庫|金庫|"
    r"コンソーシアム|[A-Z]{3,}|ジェトロ)$"
)
_MINISTRY = re.compile(r"[省庁]$")
_LONG_BEFORE = 12
_STEM = re.compile(trie(STEMS))
_ASK = re.compile(
    r"(?:お?問い?合わ?せ(?:先|窓口)?|担当(?:課|部署|窓口)|連絡先)[^\n一-鿿]{0,4}\n?(?P<who>[^\n。]{2,80})"
)
_ADDRESS = re.compile(r"[\d〒]|丁目|番地|住所|所在地|電話|TEL|Tel|http")
_PLACE_END = re.compile(r"[都道府県市区町村][^課部局室係都道府県市区町村]{0,12}$")
_OFFICE = re.compile(r"[課部局室係]|財団|公社|機構|協会|会議所|商工会|連合会|センター|庁|省")
# Associations named by their seat hand out the state's money; those for industry serve their place.
_ASSOCIATION = re.compile(r"協会|連盟|[財社]団法人|財団")
_FOR_INDUSTRY = re.compile(r"産業|企業|商工|振興|しごと|労働|観光|創業|広域")
_LAW = re.compile(r"補助金等?の?(?:交付|予算の?執行)等?(?:に関する)?(?:規則|規程|条例)")
_AREA_LINE = re.compile(r"(?:対象(?:地域|エリア|区域)|地理条件)[:：】\n 　]{1,3}(?P<areas>[^\n。]{2,100})")


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


# 県発明協会 is that of the prefecture in question, whichever it is.
OF_THE_PLACE = re.compile(r"(?:都道府県|市区町村|[都道府県市町村])(?=[一-鿿]{2,}(?:協会|連盟|連合会|協議会|財団|機構))")
NAMED_BODY = re.compile(r"(?:機構|財団|センター|公社|協会|協議会|会議所|商工会|連合会|中央会|産業局)$")


def bare_name(text: str, hints: Hints = ()) -> str:
    """The issuer's name without what stands beside it in its bracket.

    >>> bare_name("岐阜県_2次募集"), bare_name("海辺振興局）"), bare_name("一般社団法人海辺（うみべ）協会")
    ('岐阜県', '海辺振興局', '一般社団法人海辺（うみべ）協会')
    """
    parts = re.split(r"[_＿/／|｜]", text)
    named = (part for part in parts if len(parts) > 1 and (NAMED_BODY.search(part) or authority(part, hints)))
    name = next(named, text).strip()
    return name if re.search(r"[（(]", name) else name.rstrip("）)")


def row_codes(row: str) -> tuple[str, ...]:
    """The prefectures of a row that share one 県.

    >>> row_codes("石川、富山両県")
    ('16', '17')
    """
    return tuple(sorted({STEMS[stem].code for stem in _STEM.findall(row)}))


def subjects(body: str) -> Iterator[str]:
    """Who acts in the first sentences: 「富山県が、…」, 「（公財）海辺財団（以下「財団」という。）は、…」."""
    lead = body[:600]
    bare = _REMARK.sub(lambda found: "*" * len(found[0]), lead)
    for found in _SUBJECT.finditer(bare):
        start, end = found.span("subject")
        for at in _row_before(bare, start):
            yield lead[slice(*at)]
        # 加藤小田原市長や有識者が登壇…環境省は: the ministry at the end is who acts.
        ministry = next(
            (m for m in NATION.finditer(bare, start, end) if m.end() == end and _MINISTRY.search(m[0])), None
        )
        if ministry and ministry.start() - start > _LONG_BEFORE:
            yield lead[ministry.start() : end].lstrip("年月日")
        elif _ACTOR.search(found["subject"]) or NATION.match(found["subject"]):
            yield lead[start:end]


def _row_before(text: str, start: int) -> list[tuple[int, int]]:
    """Where those stand who act together with the last of a row: 山川局と海辺県、県港湾協会は."""
    begin = max((text.rfind(mark, 0, start) for mark in "。\n"), default=-1) + 1
    row = text[begin : max(begin, start - 1)]
    if not row or text[start - 1] != "、" or re.search(r"[はがをにで]", row):
        return []
    spans = [(begin + m.start(), begin + m.end()) for m in re.finditer(r"[^、と\s]{2,30}", row)]
    return spans if all(_ACTOR.search(text[slice(*each)]) for each in spans) else []


def serves_its_place(name: str) -> bool:
    """Whether a body that is named after a place works for it.

    >>> serves_its_place("山川市商工課"), serves_its_place("公益財団法人海辺県環境財団")
    (True, False)
    """
    return not _ASSOCIATION.search(name) or bool(_FOR_INDUSTRY.search(name))


def is_address(name: str, place: str) -> bool:
    """Whether a place in whom to ask is where they sit: no office follows the place.

    >>> is_address("海辺県山川市港町 一般社団法人商店の会", "海辺県山川市"), is_address("山川市商工課", "山川市")
    (True, False)
    """
    behind = name[name.find(place) + len(place) :][:14]
    return bool(behind) and not (_OFFICE.search(behind) or _FOR_INDUSTRY.search(behind))


def contacts(body: str) -> Iterator[str]:
    """Whom to ask, as far as it is an office and no address."""
    for found in _ASK.finditer(body):
        who, *rest = _ADDRESS.split(found["who"], maxsplit=1)
        if _OFFICE.search(who) and not (rest and _PLACE_END.search(who)):
            yield who


def addressed(body: str, hints: Hints) -> Said:
    """The places inside which a text speaks to firms. A prefecture beside its municipalities is the wider."""
    lead = body[:3000]
    text = one_spelling(lead)
    mentions = [m for m in places(text) if not m.choice and _ADDRESSED.match(text, m.end)]
    for found in _BARE_INSIDE.finditer(text):
        if _ADDRESSED.match(text, found.end()):
            mentions.append(Mention(found.start(), found.end(), ("13" if found["tokyo"] else "01",)))
    prefectures = [m for m in mentions if len(m.codes[0]) == 2]
    return gather(text, lead, prefectures or mentions, hints)


def stated(body: str, hints: Hints) -> Said:
    """The places of a line that says for where it is: 対象地域：山川県、海辺県."""
    for found in _AREA_LINE.finditer(body):
        line = found["areas"]
        text = one_spelling(line)
        if said := gather(text, line, places(text), hints):
            return said
    return NOTHING


def lawful(body: str, hints: Hints) -> Said:
    """The place whose rules on subsidies apply: 根拠法令 海辺県補助金等交付規則."""
    lead = body[:3000]
    text = one_spelling(lead)
    return gather(text, lead, [m for m in places(text) if not m.choice and _LAW.match(text, m.end)][:1], hints)


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
    for row in _PREFECTURE_ROW.finditer(text, after):
        about.append(Mention(row.start(), row.end(), row_codes(row[0])))
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
        return Said(row_codes(row[0]), raw=lead[row.start() : row.end()])
    first = [
        m
        for m in places(text)
        if text[m.start - 1] != "("
        and (DISASTER.search(text, m.end, m.end + 60) or _STRUCK.search(text, max(0, m.start - 24), m.start))
    ]
    mentions = [m for m in first if len(m.codes[0]) == 2] or first
    return gather(text, lead, mentions, hints)
