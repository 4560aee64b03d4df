"""Our own programmes on the pages of staff: by hand with a look at the reading first, and a table, all or nothing."""

import csv
import io
import re
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from indexer.publish import publish
from tests.frontend.staff.conftest import Desk
from tests.frontend.staff.test_corrections import ROW
from tests.running import Site
from tests.samples import NOW

pytestmark = pytest.mark.engine
PAPER: dict[str, Any] = {
    "title": "架空町 店舗の太陽光パネル補助金", "kind": "subsidy", "issuer": "架空町", "areas": "福岡県福岡市",
    "summary": "太陽光パネルの費用を補助します。", "body": "太陽光発電設備の設置費用の一部を補助します。",
    "target": "町内の中小企業者", "when": "11月30日必着", "amount": "50万円", "rate": "1/2", "paper": "架空町のチラシ",
    **ROW, "w_basis": "unspecified",
}  # fmt: skip


def test_a_programme_on_paper_is_looked_at_first_and_then_added(editor: Desk, client: TestClient, site: Site) -> None:
    looked = editor.post("/staff/own/new", **PAPER | {"do": "check"})
    assert looked.status_code == 200
    assert "このように読み取ります" in looked.text and "上限 50万円・補助率 1/2" in looked.text
    assert "福岡県福岡市" in looked.text and 'value="50万円"' in looked.text
    assert site.services.store.get("own-0001") is None
    location = editor.done("/staff/own/new", **PAPER | {"do": "save"})
    assert location == "/staff/programmes/own-0001?done=own-added"
    page = client.get("/programmes/own-0001").text
    assert "架空町 店舗の太陽光パネル補助金" in page and "架空町のチラシ" in page
    detail = client.get("/api/programmes/own-0001").json()
    assert (detail["closes"], detail["areas"]) == ("2026-12-01T00:00:00+09:00", ["40130"])
    assert detail["windows"][0]["delivery"] == "must_arrive"
    assert "架空町 店舗の太陽光パネル補助金" in editor.text("/staff/own")


def test_a_seminar_has_its_day_and_its_venue(editor: Desk, client: TestClient) -> None:
    day = {"w_role": "event", "w_opens_day": "2026-09-10", "w_opens_time": "13:00", "w_closes_day": "2026-09-10",
           "w_closes_time": "15:00"}  # fmt: skip
    seminar = {
        "title": "脱炭素セミナー",
        "kind": "seminar",
        "areas": "",
        "venue": "福岡市 天神ビル",
        "amount": "",
        "rate": "",
    }
    editor.done("/staff/own/new", **PAPER | day | seminar | {"do": "save"})
    detail = client.get("/api/programmes/own-0001").json()
    assert detail["kind"] == "seminar"
    [event] = [each for each in detail["windows"] if each["role"] == "event"]
    assert (event["opens"], event["closes"]) == ("2026-09-10T13:00", "2026-09-10T15:00")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"title": ""}, "名称を300字まで"),
        ({"kind": "news"}, "種類を選んで"),
        ({"areas": ""}, "使える地域を入れて"),
        ({"areas": "府中市"}, "「東京都府中市」か「広島県府中市」"),
        ({"amount": "たくさん"}, "金額として読めません"),
        ({"rate": "半分"}, "補助率「半分」を読めません"),
        ({"paper": "", "official_url": ""}, "もとになった資料の名前か"),
        ({"official_url": "javascript:alert(1)"}, "https:// か http:// で始めて"),
        ({"w_closes_day": "2026-02-30"}, "ない日付です"),
        ({"w_closes_day": "2026-07-01"}, "締切が開始より前"),
        ({"published": "きのう"}, "ない日付です"),
        ({"body": "長" * 30_001}, "30,000字までにしてください"),
    ],
)
def test_what_is_no_programme_is_refused_and_nothing_is_lost(
    editor: Desk, site: Site, values: dict[str, Any], told: str
) -> None:
    for do in ("check", "save"):
        answer = editor.post("/staff/own/new", **PAPER | values | {"do": do})
        assert (answer.status_code, told in answer.text) == (422, True)
        assert "町内の中小企業者" in answer.text
    assert site.services.store.get("own-0001") is None
    assert site.services.store.fact("own_number") in (None, 0) or site.services.store.fact("own_number") < 3


def test_it_is_changed_taken_down_and_put_back(editor: Desk, client: TestClient, site: Site) -> None:
    editor.done("/staff/own/new", **PAPER | {"do": "save"})
    edit = "/staff/own/own-0001/edit"
    assert 'value="500,000"' in editor.text(edit)
    seen = editor.found(r'name="seen" value="([^"]+)"', edit)
    other = Desk(client, "taro")
    other.done(edit, **PAPER | {"amount": "70万円", "seen": seen, "do": "save"})
    late = editor.post(edit, **PAPER | {"amount": "90万円", "seen": seen, "do": "save"})
    assert (late.status_code, "ほかの人が先に" in late.text, 'value="90万円"' in late.text) == (422, True, True)
    assert client.get("/api/programmes/own-0001").json()["amount"]["max_yen"] == 700_000
    editor.done("/staff/own/own-0001/listed", on="false", note="終了")
    assert client.get("/api/programmes/own-0001").json()["state"] == "closed"
    editor.done("/staff/own/own-0001/listed", on="true")
    assert client.get("/api/programmes/own-0001").json()["state"] == "open"
    assert editor.post("/staff/own/invented-0001/listed", on="false").status_code == 404
    assert editor.get("/staff/own/invented-0001/edit").status_code == 404
    actions = [each.action for each in site.services.store.audit("own-0001")]
    assert actions == ["list own", "end own", "change own", "add own"]


HEADER = "全国地方公共団体コード,ID,タイトル（制度名）,給付金額,受付開始日,受付終了日,URL"
FIRST = "131041,1,省エネ診断助成,50000,2026-04-01,2027-02-26,https://a.example/"
SECOND = "131041,2,特別融資,,,,"


def upload(desk: Desk, body: bytes | str, name: str = "制度.csv", **data: str) -> httpx2.Response:
    desk.client.cookies.update(desk.cookies)
    content = body.encode("utf-8-sig") if isinstance(body, str) else body
    try:
        files = {"file": (name, content, "text/csv")}
        return desk.client.post("/staff/own/import", data={"csrf": desk.csrf} | data, files=files)
    finally:
        desk.client.cookies.clear()


def previewed(desk: Desk, *rows: str) -> tuple[str, str]:
    """Sends a table; returns the address of its preview, and what it shows."""
    answer = upload(desk, "\r\n".join([HEADER, *rows]))
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"]
    return address, desk.text(address)


def taken(desk: Desk, address: str, **more: str) -> str:
    digest = desk.found(r'name="digest" value="([^"]+)"', address)
    return desk.done(address, digest=digest, **more)


def test_a_table_is_shown_first_then_taken_in_and_the_next_time_compared(
    editor: Desk, client: TestClient, site: Site
) -> None:
    address, text = previewed(editor, FIRST, SECOND)
    assert "新しく載る（2行）" in text and "上限 5万円" in text
    assert site.services.store.get("own-13104-1") is None
    assert taken(editor, address) == "/staff/own?done=imported"
    assert client.get("/programmes/own-13104-1").status_code == 200
    assert editor.get(address).status_code == 404
    address, text = previewed(editor, FIRST.replace("50000", "70000"))
    assert "変わる（1行）" in text and "上限 5万円" in text and "上限 7万円" in text
    assert "このファイルにないもの（1件）" in text
    taken(editor, address)
    store = site.services.store
    assert [(each.programme.id, each.listed) for each in store.records("own")] == [
        ("own-13104-1", True),
        ("own-13104-2", True),
    ]
    address, text = previewed(editor, FIRST.replace("50000", "70000"))
    assert "変わらない（1行）" in text
    taken(editor, address, end="yes")
    assert [each.listed for each in store.records("own")] == [True, False]
    [entry] = [each for each in store.audit("制度.csv") if each.action == "import"][-1:]
    assert entry.now == {"new": 2, "ended": 0}


def test_a_table_that_only_writes_its_days_differently_says_so(editor: Desk) -> None:
    """Excel writes 2026-04-01 as 2026/4/1."""
    address, _ = previewed(editor, FIRST)
    taken(editor, address)
    _, text = previewed(editor, re.sub(r"(\d{4})-0?(\d+)-0?(\d+)", r"\1/\2/\3", FIRST))
    assert "変わる（1行）" in text and "（表の書き方だけが変わります）" in text and "→" not in text


def test_with_one_faulty_row_nothing_is_taken_in(editor: Desk, site: Site) -> None:
    before = site.services.store.count()
    address, text = previewed(editor, FIRST, "131041,3,,,,2026-02-30,")
    assert "3行目" in text and "タイトル（制度名）が空です" in text and "「2026-02-30」" in text
    assert 'name="digest"' not in text
    answer = editor.post(address, digest="x")
    assert (answer.status_code, "取り込んでいません" in answer.text) == (409, True)
    assert site.services.store.count() == before


def test_what_changed_since_the_preview_is_shown_again(editor: Desk, client: TestClient, site: Site) -> None:
    other = Desk(client, "taro")
    mine, _ = previewed(editor, FIRST)
    digest = editor.found(r'name="digest" value="([^"]+)"', mine)
    theirs, _ = previewed(other, FIRST.replace("50000", "90000"))
    taken(other, theirs)
    answer = editor.post(mine, digest=digest)
    assert (answer.status_code, "画面を開いたあとに" in answer.text) == (409, True)
    assert "上限 9万円" in answer.text
    taken(editor, mine)
    record = site.services.store.get("own-13104-1")
    assert record and record.programme.amount and record.programme.amount.max_yen == 50_000


def test_a_file_is_nobody_elses_and_can_be_dropped(editor: Desk, client: TestClient, site: Site) -> None:
    address, _ = previewed(editor, FIRST)
    other = Desk(client, "taro")
    assert other.get(address).status_code == 404
    assert other.post(address, digest="x").status_code == 404
    assert editor.done(address, do="drop") == "/staff/own?done=import-dropped"
    assert editor.get(address).status_code == 404
    assert site.services.store.get("own-13104-1") is None


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "空です"),
        (b"PK\x03\x04" + b"x" * 100, "Excelのファイル"),
        (b"\xff\xfe\x00", "文字コードを読み取れません"),
        (b"\x00" * 100, "文字でないもの"),
        ("名前\r\na".encode(), "列がありません"),
        (b"x" * (5 * 1024 * 1024 + 1), "大きすぎます"),
    ],
)
def test_malformed_and_oversized_files_change_nothing(editor: Desk, site: Site, body: bytes, told: str) -> None:
    before = site.services.store.count()
    answer = upload(editor, body)
    assert (answer.status_code, told in answer.text) == (422, True)
    assert site.services.store.count() == before


def test_names_of_files_are_only_names(editor: Desk) -> None:
    answer = upload(editor, HEADER + "\r\n" + FIRST, name="../../etc/passwd<script>alert(1)</script>.csv")
    text = editor.text(answer.headers["location"])
    assert "<script>alert" not in text
    no_file = editor.post("/staff/own/import")
    assert (no_file.status_code, "ファイルを選んで" in no_file.text) == (422, True)


def test_scripts_and_formulas_in_cells_are_text_everywhere(
    editor: Desk, client: TestClient, site: Site, republished: None
) -> None:
    row = '131041,7,"<script>alert(1)</script>=HYPERLINK(""http://evil"")",,,,'
    address, text = previewed(editor, row, "131041,8,=1+1,,,,")
    assert "<script>alert" not in text
    taken(editor, address)
    assert "<script>alert" not in client.get("/programmes/own-13104-7").text
    publish(site.where, site.services.store, NOW)
    exported = client.get("/export/municipal.csv?area=13104&scope=municipality").content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(exported)) for cell in row]
    assert "'=1+1" in cells and not [each for each in cells if each.startswith(("=", "+", "-", "@"))]


def test_a_table_without_codes_says_whose_it_is(editor: Desk, site: Site) -> None:
    body = "タイトル（制度名）\r\n省エネ助成"
    address = upload(editor, body).headers["location"]
    assert "全国地方公共団体コードがありません" in editor.text(address)
    address = upload(editor, body, place="福岡県福岡市").headers["location"]
    taken(editor, address)
    [record] = site.services.store.records("own")
    assert record.programme.areas == ("40130",)
    wrong = upload(editor, body, place="どこか")
    assert (wrong.status_code, "「どこか」という地域はありません" in wrong.text) == (422, True)
