"""Invented programmes for tests of store, engine, API and pages."""

from datetime import datetime
from typing import Any

from indexer.schema import JST, Amount, Issuer, Kind, Level, Programme, SourceRef, Window
from indexer.store import Record, stamp

NOW = datetime(2026, 8, 22, 4, 0, tzinfo=JST)


def programme(number: int, title: str, **values: Any) -> Programme:
    """A programme of the invented source; `values` replace or add fields."""
    given: dict[str, Any] = {
        "id": f"invented-{number:04}",
        "kind": Kind.SUBSIDY,
        "title": title,
        "url": f"https://invented.example/{number}",
        "source": SourceRef(
            name="invented",
            publisher="架空財団",
            url="https://invented.example/",
            licence="CC BY 4.0",
            fetched_at=stamp(NOW),
        ),
    }
    return Programme.model_validate(given | values)


def record(entry: Programme, **values: Any) -> Record:
    given: dict[str, Any] = {
        "programme": entry,
        "source": entry.source.name,
        "variant": "{}",
        "notice_hash": entry.id,
        "rules": "1",
        "notice": b"{}",
        "read_on": "2026-08-01",
        "listed": True,
        "first_seen": stamp(NOW),
        "changed": stamp(NOW),
        "last_seen": stamp(NOW),
    }
    return Record(**(given | values))


def window(opens: str | None, closes: str | None, **values: Any) -> Window:
    return Window(opens=opens, closes=closes, raw=f"{opens}から{closes}まで", **values)


def town(name: str, level: Level = Level.MUNICIPALITY) -> Issuer:
    return Issuer(name=name, level=level)


OPEN = (window("2026-08-01", "2026-12-25T17:00"),)
CLOSING = (window("2026-08-01", "2026-08-28"),)
PAST = (window("2026-04-01", "2026-06-30"),)
AHEAD = (window("2026-10-01", "2026-11-30"),)
ROUNDS = (window("2026-04-01", "2026-05-29T17:00", round=1), window("2026-08-20", "2026-08-22T17:00", round=2),
          window("2026-10-01", "2026-10-30T17:00", round=3))  # fmt: skip

EVERYTHING = [
    programme(1, "東京都 中小企業省エネ設備導入補助金", areas=["13"], windows=OPEN, gx=True, themes=["energy_saving"],
              stages=["reduce"], amount=Amount(max_yen=10_000_000, rate="2/3", raw="上限1,000万円、2/3以内"),
              issuer=town("東京都", Level.PREFECTURE)),
    programme(2, "京都市 商店街にぎわい支援補助金", areas=["26100"], windows=OPEN, issuer=town("京都市"),
              official_url="https://kyoto.example/nigiwai.html"),
    programme(3, "全国 ものづくり設備投資補助金", areas=["JP"], windows=CLOSING,
              issuer=town("経済産業省", Level.NATIONAL),
              amount=Amount(max_yen=40_000_000, rate="1/2", raw="上限4,000万円")),
    programme(4, "大阪府 販路開拓支援補助金", areas=["27"], windows=OPEN, issuer=town("大阪府", Level.PREFECTURE)),
    programme(5, "福岡市 太陽光発電設備補助金", areas=["40130"], windows=ROUNDS, gx=True, themes=["renewables"],
              stages=["reduce"], issuer=town("福岡市"), body="対象者：市内の中小企業者"),
    programme(6, "福岡県 脱炭素経営セミナー", kind=Kind.SEMINAR, areas=["40"], gx=True, stages=["know"],
              themes=["management"], windows=(window("2026-09-10T13:00", "2026-09-10T16:00", role="event"),)),
    programme(7, "北九州市 創業支援補助金", areas=["40100"], windows=AHEAD, issuer=town("北九州市")),
    programme(8, "久留米市 人材育成補助金", areas=["40203"], windows=PAST, issuer=town("久留米市")),
    programme(9, "東久留米市 空き店舗活用補助金", areas=["13222"], windows=OPEN, issuer=town("東久留米市")),
    programme(10, "場所の書かれていない融資", kind=Kind.LOAN, windows=(Window(basis="rolling", raw="随時"),)),
    programme(11, "省エネ設備の導入事例", kind=Kind.CASE, areas=["JP"], gx=True, themes=["energy_saving"], workforce=18,
              body="古い空調を入れ替えた話です。" * 20 + "気化熱で冷やす装置も入れました。" + "皆が喜ぶ話です。" * 20),
    programme(12, "札幌市中央区 にぎわい助成金", areas=["01101"], windows=OPEN, issuer=town("札幌市中央区"),
              body="架空の伊勢商店が事務局です。"),
]  # fmt: skip
