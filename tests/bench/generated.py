"""Invented programmes in any number, as varied as real ones: places, issuers, kinds, times, amounts, lengths of texts.

The shares follow what was counted in real listings (2,894 of Jグランツ, 2026-01-23): texts of 850 characters in the
middle and up to some thousands, one window in nearly all, one place in most, half of them over.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache

from indexer.schema import JST, Amount, Eligibility, Issuer, Kind, Level, Programme, Role, SourceRef, Window
from indexer.store import stamp
from indexer.vocab import labels, regions

NOW = datetime(2026, 8, 22, 4, 0, tzinfo=JST)
SEED = 20260822

KINDS = {
    Kind.SUBSIDY: 62, Kind.LOAN: 6, Kind.TAX: 1, Kind.SEMINAR: 10, Kind.CONSULTATION: 3, Kind.EXPERT: 2, Kind.CASE: 12,
    Kind.QA: 2, Kind.GUIDE: 1, Kind.NEWS: 1,
}  # fmt: skip
NAMES = {
    Kind.SUBSIDY: ("補助金", "助成金", "支援金", "補助事業", "奨励金", "費補助金"),
    Kind.LOAN: ("融資", "資金貸付", "利子補給"),
    Kind.TAX: ("固定資産税の特例", "投資促進税制"), Kind.SEMINAR: ("セミナー", "説明会", "講座", "交流会"),
    Kind.CONSULTATION: ("相談会", "相談窓口"), Kind.EXPERT: ("専門家派遣", "アドバイザー派遣"),
    Kind.CASE: ("の取組事例", "で伸びた会社"), Kind.QA: ("はどう進めますか", "とは何ですか"), Kind.GUIDE: ("の手引き",),
    Kind.NEWS: ("採択結果", "調査結果"),
}  # fmt: skip
DEEDS = (
    "導入", "促進", "支援", "推進", "更新", "開発", "育成", "改善", "強化", "活用", "実証", "整備", "継承",
    "転換", "拡大",
)  # fmt: skip
THINGS = (
    "空調", "冷凍庫", "ボイラー", "工作機械", "厨房", "搬送機", "検査装置", "配送車", "予約システム", "受発注システム",
    "店舗", "看板", "通販サイト", "試作品", "特産品", "包装", "展示", "研修", "資格", "託児室", "更衣室", "耐震",
    "浸水対策", "給湯", "照明", "断熱窓", "屋根", "充電器", "計測器", "井戸", "温室", "漁具", "窯", "織機", "印刷機",
    "溶接機", "醸造設備",
)  # fmt: skip
SENTENCES = (
    "{place}では、{word}に取り組む{trade}の事業者に対し、{thing}の{deed}に要する経費の一部を補助します。",
    "対象となる経費は、{thing}の購入費、設置工事費、設計費及び{word}に係る委託費とします。",
    "{place}内に事業所を有し、{trade}を営む中小企業者であること。",
    "申請書に{word}の計画書、見積書の写し、直近の決算書及び納税証明書を添えて、{office}へ提出してください。",
    "{name}の{thing}を{deed}した結果、{word}が進み、従業員の負担も軽くなりました。",
    "交付決定の前に契約、発注又は{deed}に着手したものは対象になりません。",
    "{word}と{other}を合わせて行う場合は、補助率を引き上げます。",
    "予算の範囲内で先着順に受け付け、上限に達した時点で{office}のウェブサイトで知らせます。",
    "審査では、{word}の効果、実現の見込み、{place}の{trade}への波及を評価します。",
    "{office}の担当者が{thing}の見学や{other}の相談にも応じますので、早めに連絡してください。",
    "過去に{name}事業で{thing}の補助を受けた者は、{deed}から五年を経過していることを要します。",
    "事業完了後三十日以内に、{thing}の写真と支払いを証する書類を付けて実績を報告すること。",
    "{other}に詳しい講師を招き、{word}の基礎と{thing}の選び方を分かりやすく話します。",
)
SYLLABLES = (
    "青赤白黒金銀石岩川山田原野森林松竹梅桜菊井上下中大小東西南北平和光明元春秋富福吉永松浜港島崎津沢谷岡倉橋宮寺"
)
OFFICES = ("産業振興課", "商工観光課", "環境政策課", "産業振興センター", "商工会議所", "商工会", "経済局", "事務局")
SOURCES = ("invented_portal", "invented_city", "invented_cases", "invented_chamber", "invented_ministry")
RATES = ("1/2", "2/3", "3/4", "1/3", "1/4", "定額")


def programmes(count: int, seed: int = SEED, now: datetime = NOW) -> Iterator[Programme]:
    """The same ones for the same seed; the first n of more are those of n."""
    draw = random.Random(seed)
    for number in range(count):
        yield _programme(draw, number, now)


@cache
def _words() -> tuple[tuple[str, str, str], ...]:
    """(word, facet, value) for what the vocabulary knows."""
    return tuple(
        (word, facet, value)
        for facet in ("theme", "field")
        for value, label in labels.labels(facet).items()
        for word in label.synonyms
    )


@cache
def _towns() -> tuple[regions.Region, ...]:
    return tuple(each for each in regions.all() if len(each.code) == 5 and not each.is_ward)


@cache
def _trades() -> tuple[tuple[str, str], ...]:
    return tuple((key, word) for key, each in labels.labels("industry").items() for word in (each.name, *each.synonyms))


def _name(draw: random.Random) -> str:
    return "".join(draw.choice(SYLLABLES) for _ in range(draw.choice((2, 2, 3, 4))))


def _place(draw: random.Random) -> tuple[tuple[str, ...], Issuer, str]:
    """Codes, who issues, and the place in words."""
    chance = draw.random()
    if chance < 0.22:
        return ("JP",), Issuer(name=f"{_name(draw)}省", level=Level.NATIONAL), "全国"
    if chance < 0.5:
        one = draw.choice(regions.prefectures())
        several = (one.code,) if draw.random() < 0.93 else _neighbours(draw)
        return several, Issuer(name=one.name, level=Level.PREFECTURE), one.name
    if chance < 0.97:
        town = draw.choice(_towns())
        return (town.code,), Issuer(name=town.name, level=Level.MUNICIPALITY), town.name
    return (), Issuer(name=f"公益財団法人{_name(draw)}財団", level=Level.ORGANISATION), "当地域"


def _neighbours(draw: random.Random) -> tuple[str, ...]:
    start = draw.randrange(40)
    return tuple(each.code for each in regions.prefectures()[start : start + draw.randint(3, 7)])


def _windows(draw: random.Random, kind: Kind, now: datetime) -> tuple[Window, ...]:
    if kind in (Kind.CASE, Kind.QA, Kind.GUIDE, Kind.NEWS):
        return ()
    chance = draw.random()
    if chance < 0.06:
        return (Window(basis="rolling", raw="随時受け付けています。"),)
    if chance < 0.1:
        return ()
    role = Role.EVENT if kind is Kind.SEMINAR else Role.APPLY
    rounds = draw.choice((1, 1, 1, 1, 1, 1, 1, 1, 2, 3)) if role is Role.APPLY else 1
    # Half are over; of the rest most are open.
    at = now + timedelta(days=draw.randint(-900, 40) if chance < 0.65 else draw.randint(-60, 60))
    found = []
    for number in range(1, rounds + 1):
        opens = at.replace(hour=9, minute=0)
        length = timedelta(hours=3) if role is Role.EVENT else timedelta(days=draw.choice((14, 30, 45, 60, 90, 150)))
        closes = opens + length
        minute = role is Role.EVENT or draw.random() < 0.6
        found.append(
            Window(
                role=role,
                opens=f"{opens:%Y-%m-%dT%H:%M}" if minute else f"{opens:%Y-%m-%d}",
                closes=f"{closes:%Y-%m-%dT}{draw.choice((12, 15, 17)) if role is Role.APPLY else closes.hour}:00"
                if minute
                else f"{closes:%Y-%m-%d}",
                precision="minute" if minute else "day",
                round=number if rounds > 1 else None,
                raw=f"{opens:%Y年%-m月%-d日}から{closes:%Y年%-m月%-d日}まで",
            )
        )
        at = closes + timedelta(days=draw.randint(10, 60))
    return tuple(found)


def _text(draw: random.Random, place: str, words: Sequence[str], trade: str) -> str:
    length = min(8_000, int(draw.lognormvariate(6.75, 0.75)))
    parts: list[str] = []
    while sum(map(len, parts)) < length:
        parts.append(
            draw.choice(SENTENCES).format(
                place=place,
                word=draw.choice(words),
                other=draw.choice(_words())[0],
                trade=trade,
                thing=draw.choice(THINGS),
                deed=draw.choice(DEEDS),
                name=_name(draw),
                office=draw.choice(OFFICES),
            )
        )
    return "\n".join(parts)


def _programme(draw: random.Random, number: int, now: datetime) -> Programme:
    kind = draw.choices(tuple(KINDS), tuple(KINDS.values()))[0]
    codes, issuer, place = _place(draw)
    chosen = draw.sample(_words(), draw.choice((1, 1, 2, 2, 3)))
    words = [word for word, _, _ in chosen]
    themes = tuple(dict.fromkeys(value for _, facet, value in chosen if facet == "theme" and draw.random() < 0.5))
    division, trade = draw.choice(_trades())
    thing, deed = draw.choice(THINGS), draw.choice(DEEDS)
    year = draw.choice(("令和8年度", "令和7年度", "2026年度", "", ""))
    title = f"{'' if place == '全国' else place}{year} {trade if draw.random() < 0.2 else ''}{words[0]}{thing}{deed}"
    body = _text(draw, place, words, trade)
    restricted = draw.random()
    posted = now - timedelta(days=int(draw.expovariate(1 / 200)))
    money = kind in (Kind.SUBSIDY, Kind.LOAN) and draw.random() < 0.8
    yen = draw.choice((1, 2, 3, 5, 10, 15, 20, 30, 50, 80)) * 10 ** draw.choice((5, 5, 6, 6, 7))
    return Programme(
        id=f"generated-{number:06}",
        kind=kind,
        title=f"{title}{draw.choice(NAMES[kind])}".strip(),
        summary=body[: draw.choice((0, 60, 160, 160))],
        body=body,
        url=f"https://generated.example/{number}",
        official_url=f"https://official.example/{number}" if draw.random() < 0.4 else "",
        issuer=issuer,
        areas=codes,
        windows=_windows(draw, kind, now),
        amount=Amount(max_yen=yen, rate=draw.choice(RATES), raw=f"上限{yen:,}円") if money else None,
        eligibility=Eligibility(
            industries=(division,) if restricted < 0.1 else (),
            employees_max=draw.choice((5, 20, 100, 300)) if 0.05 < restricted < 0.28 else None,
            capital_max_yen=draw.choice((50_000_000, 300_000_000)) if 0.26 < restricted < 0.3 else None,
            raw=f"{trade}を営む中小企業者",
        )
        if restricted < 0.4
        else None,
        fields=tuple(dict.fromkeys(value for _, facet, value in chosen if facet == "field")),
        gx=bool(themes),
        themes=themes,
        stages=(draw.choice(("know", "measure", "reduce", "reduce", "reduce")),) if themes else (),
        levers=(draw.choice(tuple(labels.labels("lever"))),) if "energy_saving" in themes else (),
        published=f"{posted:%Y-%m-%d}",
        source=SourceRef(
            name=draw.choice(SOURCES),
            publisher="架空財団",
            url="https://generated.example/",
            licence="CC BY 4.0",
            fetched_at=stamp(now),
        ),
    )
