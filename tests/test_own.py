"""Programmes of our own: stable, untouched by crawls, read like any other; and a municipality's table, row by row."""

from pathlib import Path
from typing import Any

import pytest

from indexer import own
from indexer.backup import backup, restore
from indexer.crawl import crawl
from indexer.engine import Engine
from indexer.ingest import ingest, reread
from indexer.municipal import MOST_BYTES, Unreadable, ending, table
from indexer.own import Notice, Period
from indexer.publish import publish
from indexer.settings import Settings
from indexer.sources import origins
from indexer.store import Store, Writer
from indexer.vocab import regions
from tests.conftest import NOW, ROOT

TODAY = "2026-08-22"


def paper(key: str = "0001", **values: Any) -> Notice:
    given: dict[str, Any] = {
        "title": "架空町 店舗の太陽光パネル補助金",
        "kind": "補助金・助成金",
        "issuer": "架空町",
        "areas": ("福岡県福岡市",),
        "periods": (Period(opens="2026-08-01", closes="2026-12-25T17:00"),),
        "amount": "500000",
        "rate": "1/2",
        "body": "太陽光発電設備と蓄電池の設置費用の一部を補助します。",
        "facts": {"対象者": "町内の中小企業者", "出典": "架空町のチラシ"},
    }
    return Notice(source=own.SOURCE, key=key, url="", **given | values)


def take(store: Store, *notices: Notice, **more: Any) -> dict[str, int]:
    return own.take(store, notices, by="hanako", now=NOW, what="add own", **more).counts


def test_it_is_read_like_any_notice_and_says_where_it_is_from(store: Store) -> None:
    assert take(store, paper())["new"] == 1
    record = store.get("own-0001")
    assert record
    found = record.programme
    assert (found.areas, found.gx, found.kind) == (("40130",), True, "subsidy")
    assert "renewables" in found.themes and found.evidence["renewables"]
    assert [each.closes for each in found.windows] == ["2026-12-25T17:00"]
    assert found.amount and (found.amount.max_yen, found.amount.rate) == (500_000, "1/2")
    assert found.source.name == "own"
    [source] = origins(store, NOW)
    assert (source.state, source.overdue, source.programmes) == ("ok", False, 1)


def test_a_change_is_told_and_the_same_again_is_none(store: Store) -> None:
    take(store, paper())
    assert take(store, paper())["changed"] == 0
    assert store.history("own-0001") == []
    counts = take(store, paper(amount="700000"))
    assert (counts["new"], counts["changed"]) == (0, 1)
    assert [(each.field, each.cause) for each in store.history("own-0001")] == [("amount", "source")]
    assert [each.action for each in store.audit("own-0001")] == ["add own", "add own"]


def test_what_is_taken_down_stays_known_and_comes_back(store: Store) -> None:
    take(store, paper(), paper("0002"))
    own.set_listed(store, "own-0001", False, by="hanako", now=NOW, note="終了")
    assert [each.listed for each in own.ours(store)] == [False, True]
    assert take(store, paper("0003"), ending=["own-0002"])["gone"] == 1
    assert [each.listed for each in own.ours(store)] == [False, False, True]
    take(store, paper())
    assert own.ours(store)[0].listed


def test_the_kind_that_was_chosen_holds_and_is_in_the_audit(store: Store) -> None:
    seminar = paper(title="架空町 セミナー", body="脱炭素のセミナーを開きます。", kind="取組事例")

    def chosen(kind: str) -> None:
        read = own.planned(store, [seminar], NOW)[0].programme.kind.value
        take(store, seminar, also=lambda writer: own.keep_kind(writer, "own-0001", read, kind, by="hanako", now=NOW))

    chosen("tax")
    record = store.get("own-0001")
    assert record and record.programme.kind != "tax"
    read = record.programme.kind.value
    chosen("tax")
    assert [(each.field, each.now) for each in store.decisions()] == [("kind", "tax")]
    chosen("loan")
    chosen(read)
    chosen(read)
    assert store.decisions() == []
    noted = [(each.by, each.was, each.now) for each in store.audit() if each.action == "correct kind"]
    assert noted == [("hanako", "loan", read), ("hanako", "tax", "loan"), ("hanako", read, "tax")]


def test_what_goes_wrong_with_what_belongs_to_it_leaves_nothing_behind(store: Store) -> None:
    def broken(_: Writer) -> None:
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        take(store, paper(), also=broken)
    assert (store.get("own-0001"), store.audit(), store.decisions()) == (None, [], [])


def test_what_somebody_else_changed_meanwhile_is_not_written_over(store: Store) -> None:
    take(store, paper(), seen={"own-0001": ""})
    [record] = own.ours(store)
    take(store, paper(amount="700000"), seen={"own-0001": record.notice_hash})
    for seen in (record.notice_hash, ""):
        with pytest.raises(own.Overtaken):
            take(store, paper(amount="900000"), seen={"own-0001": seen})
    [record] = own.ours(store)
    assert record.programme.amount and record.programme.amount.max_yen == 700_000


@pytest.mark.engine
def test_it_survives_crawls_new_rules_publication_and_a_backup(engine: Engine, tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "here")
    store = Store(settings.store_url)
    take(store, paper())
    before = store.get("own-0001")
    for _ in range(2):
        crawl(["jgrants"], tmp_path / "out", replay=ROOT / "tests" / "spiders" / "jgrants")
        ingest(tmp_path / "out", store, NOW)
    assert store.get("own-0001") == before
    with store.transaction() as writer:
        assert before
        writer.put([type(before)(**vars(before) | {"rules": "old"})], {"own-0001"})
    assert reread(store, NOW) == 1
    assert store.get("own-0001") == before
    publish(engine.endpoint, store, NOW)
    backup(store, tmp_path / "backup.tar.gz", NOW)
    store.close()
    again = Store(Settings(var=tmp_path / "there").store_url)
    restore(tmp_path / "backup.tar.gz", again)
    assert again.get("own-0001") == before
    assert own.next_key(again) == "0001"
    again.close()


def test_numbers_are_given_once(store: Store) -> None:
    assert [own.next_key(store) for _ in range(3)] == ["0001", "0002", "0003"]


HEADER = "全国地方公共団体コード,ID,タイトル（制度名）,給付金額,補助率,受付開始日,受付終了日,URL,対象地域群"
GOOD = "131041,1,省エネ診断助成,50000,1/2,2026-04-01,2027-02-26,https://a.example/,"


def read(*rows: str, header: str = HEADER, encoding: str = "utf-8-sig") -> Any:
    return table("\r\n".join([header, *rows]).encode(encoding), TODAY)


def test_of_many_places_that_are_none_a_row_tells_a_few() -> None:
    places = ";".join(["東京都新宿区", "福岡市", *(f"架空{number}町" for number in range(2000))])
    [line] = read(f"131041,1,名,,,,,,{places}").lines
    assert line.errors == (
        *(f"対象地域群「架空{number}町」という地域はありません" for number in range(5)),
        "対象地域群には、ほかにも1,995個、ない地域があります",
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_good_table_is_read_in_every_encoding(encoding: str) -> None:
    found = read(GOOD, "131041,2,特別融資,,,,,,", "", encoding=encoding)
    assert [(each.number, each.title, each.errors) for each in found.lines] == [
        (2, "省エネ診断助成", ()),
        (3, "特別融資", ()),
    ]
    notice = found.notices[0]
    assert (notice.key, notice.areas, notice.amount) == ("13104-1", ("東京都新宿区",), "50000")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("131041,1,,50000,1/2,,,,", "タイトル（制度名）が空です"),
        (f"131041,1,{'長' * 301},,,,,,", "長すぎます（300字まで）"),
        (f"131041,1,名,{'長' * 20_001},,,,,", "長すぎる欄があります"),
        ("131042,1,名,,,,,,", "全国地方公共団体コード「131042」は正しくありません"),
        ("13104,1,名,,,,,,", "全国地方公共団体コード「13104」は正しくありません"),
        (",1,名,,,,,,", "全国地方公共団体コードがありません"),
        ("131041,1,名,,,来年度から,,,", "受付開始日「来年度から」を日付として読めません"),
        ("131041,1,名,,,,2026-02-30,,", "受付終了日「2026-02-30」を日付として読めません"),
        ("131041,1,名,,,2026-05-01,2026-04-01,,", "受付終了日（2026-04-01）が受付開始日（2026-05-01）より前です"),
        ("131041,1,名,,,,,ホームページ参照,", "URL「ホームページ参照」がアドレスではありません"),
        ("131041,1,名,,,,,javascript:alert(1),", "URL「javascript:alert(1)」がアドレスではありません"),
        ("131041,1,名,,,,,,どこかの町", "対象地域群「どこかの町」という地域はありません"),
        ("131041,1,名,,,,,,,はみ出し", "列がずれています"),
    ],
)
def test_every_error_of_a_row_is_told_with_its_number(row: str, told: str) -> None:
    found = read(GOOD.replace(",1,", ",9,"), row)
    assert found.lines[0].errors == ()
    [line] = found.faulty
    assert line.number == 3 and any(told in each for each in line.errors)
    assert len(found.notices) == 1


def test_several_errors_of_one_row_are_all_told() -> None:
    [line] = read("131042,1,,,,来年,昨年,x,").faulty
    assert len(line.errors) == 5


def test_rows_that_are_the_same_programme_are_an_error() -> None:
    found = read(GOOD, GOOD, "131041,,題だけ,,,,,,", "131041,,題だけ,,,,,,")
    assert [(each.number, each.errors[0]) for each in found.faulty] == [
        (3, "2行目と同じ支援です（制度番号か制度名が同じ）"),
        (5, "4行目と同じ支援です（制度番号か制度名が同じ）"),
    ]


def test_what_cannot_be_read_but_is_no_error_is_a_note() -> None:
    [line] = read("131041,1,名,応相談,予算の範囲内,2026/4/1,令和9年3月31日,,").lines
    assert line.errors == () and len(line.notes) == 2
    assert line.notice and line.notice.periods == (Period(opens="2026/4/1", closes="令和9年3月31日"),)


def test_what_is_for_persons_is_left_out() -> None:
    header = HEADER + ",【人生の制度】ライフステージ分類"
    [line] = read("131041,1,補聴器の助成,,,,,,,高齢", header=header).lines
    assert line.skipped and line.notice is None and not line.errors


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "空です"),
        (b"\r\n \r\n", "空です"),
        (b"PK\x03\x04" + b"x" * 50, "Excelのファイル"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, "Excelのファイル"),
        (b"\x89PNG\r\n\x1a\n\xff\xff", "文字でないもの"),
        (HEADER.encode("utf-16"), "文字コードを読み取れません"),
        ("名前,住所\r\na,b\r\n".encode(), "「タイトル（制度名）」の列がありません"),
        (HEADER.encode(), "支援が一つもありません"),
        (HEADER.encode() + b"\r\n131041,1,\x00,,,,,,", "文字でないもの"),
        (HEADER.encode() + b'\r\n131041,1,"' + b"x" * 200_000, "CSVとして読み取れません"),
        (HEADER.encode() + b"\r\n131041,1,a,,,,,," * 5001, "行が多すぎます"),
        (b"x" * (MOST_BYTES + 1), "大きすぎます"),
    ],
)
def test_a_file_that_is_no_such_table_says_why(body: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        table(body, TODAY)


def test_whose_table_it_is_can_be_said() -> None:
    body = "タイトル（制度名）\r\n省エネ助成\r\n".encode()
    found = table(body, TODAY, regions.get("40130"))
    assert found.notices[0].areas == ("福岡県福岡市",)


def test_what_the_table_has_no_more_is_of_its_municipality_alone() -> None:
    known = ["own-13104-1", "own-13104-2", "own-0001", "own-40130-1"]
    assert ending(iter(known), read(GOOD)) == ["own-13104-2"]


def test_a_plan_tells_what_would_change(store: Store) -> None:
    take(store, paper())
    plan = own.planned(store, [paper(amount="700000"), paper("0002"), paper()], NOW)
    assert [(each.new, each.changed) for each in plan] == [(False, True), (True, False), (False, False)]
    assert [each.field for each in plan[0].changes] == ["amount"]
    assert store.count() == 1
    assert own.digest(plan) == own.digest(own.planned(store, [paper(amount="700000"), paper("0002"), paper()], NOW))
    take(store, paper(amount="600000"))
    assert own.digest(plan) != own.digest(own.planned(store, [paper(amount="700000"), paper("0002"), paper()], NOW))
