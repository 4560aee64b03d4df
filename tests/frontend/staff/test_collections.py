"""Collections of featured cases: prepared in peace, shown at once or at their time, and nobody's work is lost."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from frontend.staff import collections
from frontend.staff.access import Staff
from indexer.featuring import boundary, featured
from tests.frontend.staff.conftest import Desk
from tests.running import Site
from tests.samples import NOW

pytestmark = pytest.mark.engine
CASE, SEMINAR, SUBSIDY = "invented-0011", "invented-0006", "invented-0001"


def made(desk: Desk, *entries: str, title: str = "電気代を下げた会社") -> str:
    """A collection with these entries; returns its address."""
    address = desk.done("/staff/collections")
    sent(desk, address, *entries, title=title)
    return address


def sent(desk: Desk, address: str, *entries: str, do: str = "save", **more: Any) -> Any:
    seen = more.pop("seen", None) or desk.found(r'name="seen" value="(\d+)"', address)
    data = {"seen": seen, "title": "電気代を下げた会社", "programme": list(entries), "do": do}
    return desk.post(address, **data | {"note": [f"{each}への一言" for each in entries]} | more)


def shown(client: TestClient) -> list[tuple[str, list[str]]]:
    return [
        (each["title"], [one["programme"]["id"] for one in each["programmes"]])
        for each in client.get("/api/collections").json()
    ]


def at(site: Site, later: timedelta) -> None:
    site.services.clock = lambda: NOW + later
    site.services.searcher._clock = site.services.clock


def test_a_draft_shows_nowhere_and_a_published_collection_everywhere_at_once(editor: Desk, client: TestClient) -> None:
    address = made(editor, CASE, SEMINAR)
    assert shown(client) == []
    assert "電気代を下げた会社" not in client.get("/").text
    assert sent(editor, address, CASE, SEMINAR, do="publish").status_code == 303
    assert shown(client) == [("電気代を下げた会社", [CASE, SEMINAR])]
    for page in ("/", "/cases"):
        text = client.get(page).text
        assert "電気代を下げた会社" in text and f"{CASE}への一言" in text
    assert client.get(f"/api/programmes/{CASE}").json()["featured"] == {
        "rank": 1,
        "note": f"{CASE}への一言",
        "collections": ["電気代を下げた会社"],
    }
    hits = client.get("/api/programmes?state=any&per_page=100").json()["hits"]
    assert {each["id"] for each in hits if each["featured"]} == {CASE, SEMINAR}


def test_what_is_edited_after_publication_waits_for_the_next(editor: Desk, client: TestClient) -> None:
    address = made(editor, CASE)
    sent(editor, address, CASE, do="publish")
    sent(editor, address, SEMINAR, CASE, title="別の題")
    assert shown(client) == [("電気代を下げた会社", [CASE])]
    assert "まだ公開していない変更があります" in editor.text(address)
    sent(editor, address, SEMINAR, CASE, title="別の題", do="publish")
    assert shown(client) == [("別の題", [SEMINAR, CASE])]
    assert "まだ公開していない変更" not in editor.text(address)


@pytest.mark.parametrize(
    ("do", "wanted"),
    [
        (f"down:{CASE}", [SEMINAR, CASE, SUBSIDY]),
        (f"up:{SUBSIDY}", [CASE, SUBSIDY, SEMINAR]),
        (f"up:{CASE}", [CASE, SEMINAR, SUBSIDY]),
        (f"down:{SUBSIDY}", [CASE, SEMINAR, SUBSIDY]),
        (f"remove:{SEMINAR}", [CASE, SUBSIDY]),
        ("add:invented-0003", [CASE, SEMINAR, SUBSIDY, "invented-0003"]),
        ("add:http://testserver/programmes/invented-0003?x=1", [CASE, SEMINAR, SUBSIDY, "invented-0003"]),
        (f"add:{CASE}", [CASE, SEMINAR, SUBSIDY]),
        ("up:nothing", [CASE, SEMINAR, SUBSIDY]),
        ("nonsense:x", [CASE, SEMINAR, SUBSIDY]),
    ],
)
def test_every_button_keeps_the_form_and_does_its_own(editor: Desk, site: Site, do: str, wanted: list[str]) -> None:
    address = made(editor)
    assert sent(editor, address, CASE, SEMINAR, SUBSIDY, do=do, intro="紹介文").status_code == 303
    draft = site.services.store.collections()[0].draft
    assert [each["programme"] for each in draft["entries"]] == wanted
    assert draft["intro"] == "紹介文"
    assert draft["entries"][wanted.index(CASE)]["note"] == f"{CASE}への一言"


def test_it_shows_from_its_time_to_its_time_to_the_minute(editor: Desk, client: TestClient, site: Site) -> None:
    address = made(editor, CASE)
    answer = sent(
        editor, address, CASE, do="publish", when="at", since="2026-08-22T05:00", until="2026-08-22T06:00"
    )  # fmt: skip
    assert answer.headers["location"].endswith("done=scheduled")
    store = site.services.store
    for later, there in ((0, False), (59, False), (60, True), (119, True), (120, False)):
        at(site, timedelta(minutes=later))
        assert bool(shown(client)) is there, later
        assert bool(featured(store, site.services.now())) is there
    assert boundary(store, NOW, NOW + timedelta(minutes=60))
    assert not boundary(store, NOW + timedelta(minutes=60), NOW + timedelta(minutes=119))


def test_what_shows_stays_until_its_successor_begins(editor: Desk, client: TestClient, site: Site) -> None:
    address = made(editor, CASE)
    sent(editor, address, CASE, do="publish")
    sent(editor, address, SEMINAR, do="publish", when="at", since="2026-08-22T05:00")
    assert shown(client) == [("電気代を下げた会社", [CASE])]
    at(site, timedelta(hours=1))
    assert shown(client) == [("電気代を下げた会社", [SEMINAR])]
    sent(editor, address, SEMINAR, do="down-all")
    assert shown(client) == []
    at(site, timedelta(hours=20))
    assert shown(client) == []


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"title": ""}, "題名を入れてください"),
        ({"when": "at", "since": "2026-08-22T03:00"}, "公開する日時が過ぎています"),
        ({"when": "at", "since": "明日"}, "公開する日時を読み取れません"),
        ({"when": "at"}, "公開する日時を入れてください"),
        ({"since": "2026-08-22T05:00"}, "公開する日時が入っています"),
        ({"until": "2026-08-21T00:00"}, "終える日時は、公開する日時より後に"),
        ({"programme": ["invented-9999"], "note": [""]}, "公開できる支援や事例が一つもありません"),
    ],
)
def test_what_cannot_be_published_says_why(editor: Desk, client: TestClient, more: dict[str, Any], told: str) -> None:
    address = made(editor, CASE)
    answer = sent(editor, address, CASE, do="publish", **more)
    assert (answer.status_code, told in answer.text) == (422, True)
    assert shown(client) == []


def test_too_much_is_refused_and_stays_in_the_form(editor: Desk, site: Site) -> None:
    address = made(editor, CASE)
    answer = sent(editor, address, CASE, intro="長" * 501)
    assert answer.status_code == 422
    assert "紹介文は500字まで" in answer.text and "長" * 501 in answer.text
    assert site.services.store.collections()[0].draft["intro"] == ""


def test_the_second_of_two_editors_is_told_and_loses_nothing(editor: Desk, client: TestClient, site: Site) -> None:
    address = made(editor, CASE)
    other = Desk(client, "taro")
    seen = editor.found(r'name="seen" value="(\d+)"', address)
    assert sent(other, address, SEMINAR, title="次郎の題", seen=seen).status_code == 303
    answer = sent(editor, address, CASE, title="花子の題", seen=seen)
    assert answer.status_code == 409
    assert "ほかの人（taro）が先に保存しました" in answer.text
    assert 'value="花子の題"' in answer.text and "次郎の題" in answer.text
    assert site.services.store.collections()[0].draft["title"] == "次郎の題"
    assert sent(editor, address, CASE, title="花子の題").status_code == 303
    assert site.services.store.collections()[0].draft["title"] == "花子の題"


def test_a_preview_is_what_would_show_and_names_what_would_not(editor: Desk, client: TestClient) -> None:
    address = made(editor, CASE, "invented-9999")
    text = editor.text(f"{address}/preview")
    assert "省エネ設備の導入事例" in text and f"{CASE}への一言" in text
    assert "次のものは、非公開か、見つからないため出ません" in text and "invented-9999" in text
    assert client.get(f"{address}/preview").status_code == 303
    assert shown(client) == []


def test_collections_show_in_their_order_and_hidden_programmes_in_none(editor: Desk, client: TestClient) -> None:
    first, second = made(editor, CASE, title="一つ目"), made(editor, SEMINAR, title="二つ目")
    for each, entry, title in ((first, CASE, "一つ目"), (second, SEMINAR, "二つ目")):
        sent(editor, each, entry, do="publish", title=title)
    ids = [each.rpartition("/")[2] for each in (first, second)]
    editor.done("/staff/collections/order", id=ids, do=f"down:{ids[0]}")
    assert [title for title, _ in shown(client)] == ["二つ目", "一つ目"]
    editor.done("/staff/collections/order", id=ids, do="moved:1")
    assert [title for title, _ in shown(client)] == ["一つ目", "二つ目"]
    editor.hide(CASE)
    assert shown(client) == [("二つ目", [SEMINAR])]


def test_a_programme_is_put_into_a_draft_from_its_own_page(editor: Desk, site: Site) -> None:
    address = editor.done(f"/staff/programmes/{CASE}/feature", collection="0", note="最初の一件")
    assert address.startswith("/staff/collections/1?")
    editor.done(f"/staff/programmes/{SEMINAR}/feature", collection="1", note="")
    entries = site.services.store.collections()[0].draft["entries"]
    assert [(each["programme"], each["note"]) for each in entries] == [(CASE, "最初の一件"), (SEMINAR, "")]
    for id, note in ((CASE, ""), (SEMINAR, "書き足した")):
        editor.done(f"/staff/programmes/{id}/feature", collection="1", note=note)
    entries = site.services.store.collections()[0].draft["entries"]
    assert [(each["programme"], each["note"]) for each in entries] == [(CASE, "最初の一件"), (SEMINAR, "書き足した")]


def test_what_shows_is_not_deleted_before_it_is_taken_down(editor: Desk, client: TestClient, site: Site) -> None:
    address = made(editor, CASE)
    sent(editor, address, CASE, do="publish")
    answer = sent(editor, address, CASE, do="drop")
    assert (answer.status_code, "先に取り下げてください" in answer.text) == (422, True)
    sent(editor, address, CASE, do="down-all")
    assert sent(editor, address, CASE, do="drop").headers["location"].startswith("/staff/collections?")
    assert site.services.store.collections() == []
    actions = [each.action for each in site.services.store.audit("collection")]
    assert actions == [
        "drop collection",
        "take down collection",
        "publish collection",
        "edit collection",
        "make collection",
    ]


def test_words_find_what_to_add(editor: Desk) -> None:
    address = made(editor)
    location = sent(editor, address, do="find", q="脱炭素 セミナー").headers["location"]
    assert f'value="add:{SEMINAR}"' in editor.text(location)
    assert "見つかりませんでした" in editor.text(f"{address}?q=どこにもない")


def test_a_programme_goes_into_what_somebody_else_left_meanwhile(
    editor: Desk, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = editor.done("/staff/collections")
    number, store, shelf = int(address.rpartition("/")[2]), site.services.store, collections._shelf

    def slow(who: Staff, id: int) -> collections.Shelf:
        found = shelf(who, id)
        monkeypatch.setattr(collections, "_shelf", shelf)
        with store.transaction() as writer:
            draft = {"title": "ほかの人の題名", "intro": "", "entries": []}
            assert writer.redraft(number, found.collection.version, draft, who.at, "taro")
        return found

    monkeypatch.setattr(collections, "_shelf", slow)
    editor.done(f"/staff/programmes/{CASE}/feature", collection=str(number), note="よい例")
    kept = store.collection(number)
    assert kept and kept.draft["title"] == "ほかの人の題名"
    assert kept.draft["entries"] == [{"programme": CASE, "note": "よい例"}]


def test_what_does_not_fit_into_a_collection_is_told_on_the_page_of_the_programme(editor: Desk, site: Site) -> None:
    entries = [{"programme": f"invented-9{each:03}", "note": ""} for each in range(50)]
    with site.services.store.transaction() as writer:
        full = writer.add_collection({"title": "", "intro": "", "entries": entries}, "2026-08-22", "taro")
    path = f"/staff/programmes/{CASE}/feature"
    for collection, note, told in ((full, "", "50件までです"), (0, "長" * 501, "一言は500字までです")):
        answer = editor.post(path, collection=str(collection), note=note)
        assert (answer.status_code, told in answer.text) == (422, True)
    [kept] = site.services.store.collections()
    assert kept.draft["entries"] == entries


def test_several_are_added_from_one_search(editor: Desk) -> None:
    address = made(editor)
    location = sent(editor, address, do=f"add:{SEMINAR}", q="脱炭素 セミナー").headers["location"]
    text = editor.text(location)
    assert "下書きに加えました" in text and "入っています" in text and 'value="脱炭素 セミナー"' in text


@pytest.mark.parametrize(
    ("q", "sought", "leads"),
    [("脱炭素", "", "q="), ("省エネ", "脱炭素", "q="), ("脱炭素", "脱炭素", "done=saved"), ("", "", "done=saved")],
)
def test_enter_looks_for_new_words_and_else_saves(editor: Desk, q: str, sought: str, leads: str) -> None:
    address = made(editor)
    answer = sent(editor, address, CASE, do="enter", q=q, sought=sought)
    assert (answer.status_code, leads in answer.headers["location"]) == (303, True)
    assert CASE in editor.text(address)


def test_the_second_of_two_who_order_collections_is_told(editor: Desk, client: TestClient, site: Site) -> None:
    path, store = "/staff/collections", site.services.store
    first, second, third = (int(editor.done(path).rpartition("/")[2]) for _ in range(3))
    seen = editor.found(r'name="seen" value="([^"]+)"', path)
    assert seen == f"{first} {second} {third}"
    Desk(client, "taro").done(f"{path}/order", id=[third, first, second], do=f"moved:{third}", seen=seen)
    late = editor.done(f"{path}/order", id=[first, second, third], do=f"down:{first}", seen=seen)
    assert "done=order-overtaken" in late and "順番は変えていません" in editor.text(late)
    assert [each.id for each in store.collections()] == [third, first, second]
    fourth = int(editor.done(path).rpartition("/")[2])
    assert "order-overtaken" in editor.done(f"{path}/order", id=[first, second, third], do="moved:1")
    assert [each.id for each in store.collections()] == [third, first, second, fourth]
    assert [each.by for each in store.audit() if each.action == "order collections"] == ["taro"]
