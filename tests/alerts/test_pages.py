"""From the form to the mailbox and out again, through real pages, a real mail server and a real receiver."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import html5lib
import pytest
from fastapi.testclient import TestClient

from frontend.alerts.planning import plan
from frontend.alerts.sending import outbox
from frontend.app import create_app
from indexer.engine import Endpoint
from indexer.keys import keys
from tests.alerts.conftest import Hook, Post
from tests.days import SIX, Days, entry, until

pytestmark = pytest.mark.engine
TO = "owner@example.jp"
BASE = "https://shien.example.jp"


@contextmanager
def opened(days: Days) -> Iterator[TestClient]:
    with TestClient(create_app(own=days.services), follow_redirects=False, base_url=BASE) as days.client:
        yield days.client


@pytest.fixture
def days(tmp_path: Path, where: Endpoint, post: Post) -> Iterator[Days]:
    made = Days(
        tmp_path, where, public_url=BASE, smtp_host="127.0.0.1", smtp_port=post.port, smtp_security="none",
        smtp_from="支援さがし <alerts@shien.example.jp>", webhook_networks="127.0.0.0/8",
    )  # fmt: skip
    made.day(0, SIX)
    with opened(made):
        yield made


def eventually(what: Callable[[], Any]) -> Any:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come")


def link(text: str, part: str) -> str:
    """The path of the first link with this part."""
    found = re.search(rf"{BASE}([^\s\"]*{part}[^\s\"]*)", unescape(text))
    assert found, (part, text)
    return found[1]


def subscribed(days: Days, post: Post, query: str = "area=13104", **values: str) -> str:
    """Asks, confirms as the owner of the mailbox would; the path of the page of the subscription."""
    before = len(post.raw)
    form = {"query": query, "mail": TO, "frequency": "daily", "deadlines": "1"} | values
    assert days.client.post("/alerts/new", data=form).status_code == 200
    eventually(lambda: len(post.raw) > before)
    answer = days.client.post(link(post.text(), "/alerts/confirm/"))
    assert answer.status_code == 303
    return urlsplit(answer.headers["location"]).path


def morning(days: Days) -> None:
    """What the night does behind publication."""

    async def planned() -> None:
        await plan(days.services)

    assert days.client.portal
    days.client.portal.call(planned)
    with outbox(days.settings, days.store, keys(days.settings), days.services.clock) as waiting:
        waiting.run()


def test_from_the_form_to_the_mailbox_and_out_again(days: Days, post: Post) -> None:
    form = days.client.get("/alerts/new?area=13104&q=設備&page=3&sort=newest").text
    assert "東京都新宿区で使える" in form and "「設備」" in form and "いま 6件" in form
    [query] = re.findall(r'name="query" value="([^"]*)"', form)
    assert unescape(query) == "q=%E8%A8%AD%E5%82%99&area=13104", "how results are shown is no part of it"
    answer = days.client.post(
        "/alerts/new", data={"query": unescape(query), "mail": f" {TO.upper()} ", "deadlines": "1"}
    )
    assert answer.status_code == 200 and "確認のメールを送りました" in answer.text
    [mail] = eventually(lambda: post.mails)
    assert post.raw[0][:2] == ("alerts@shien.example.jp", "OWNER@example.jp")
    assert mail["Subject"] == "【支援さがし】お知らせの登録を確認してください"
    assert str(mail["From"]) == "支援さがし <alerts@shien.example.jp>"
    assert "毎朝7時ごろ" in post.text() and "3日以内に確定しないと" in post.text()
    days.day(1, [*SIX, entry(7)])
    morning(days)
    assert len(post.raw) == 1, "nothing before it is confirmed"
    confirm = link(post.text(), "/alerts/confirm/")
    page = days.client.get(confirm)
    assert page.status_code == 200 and list(days.store.subscriptions()) == [], "following the link confirms nothing"
    assert page.headers["cache-control"] == "no-store" and page.headers["referrer-policy"] == "same-origin"
    home = days.client.post(confirm).headers["location"]
    assert "登録しました" in days.client.get(home).text
    assert days.client.post(confirm).status_code == 303, "twice is as good as once"
    days.day(2, [replace(SIX[0], periods=until("2027-01-29T08:00Z")), *SIX[1:], entry(7), entry(8)])
    morning(days)
    morning(days)
    assert len(post.raw) == 2
    digest = post.mails[1]
    assert digest["Subject"] == "【支援さがし】変更1件・新着1件（「設備」・東京都新宿区で使える）"
    assert digest["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    # As it is written, on one line and not encoded: no mail program reads it otherwise.
    raw = b"\r\nList-Unsubscribe: <https://shien.example.jp/alerts/"
    assert raw in post.raw[1][2] and b"/unsubscribe>\r\n" in post.raw[1][2]
    for text in (post.text(), post.html()):
        assert "第8種設備補助金" in text and "第7種" not in text
        assert "2026年12月25日（金）17:00から2027年1月29日（金）17:00に延びました" in text
    html5lib.HTMLParser(strict=True).parse(post.html())
    # One click, as a mail program does it: no cookie, no origin, no page before.
    unsubscribe = urlsplit(digest["List-Unsubscribe"].strip("<>")).path
    assert "解除する" in days.client.get(unsubscribe).text
    answer = days.client.post(
        unsubscribe, data={"List-Unsubscribe": "One-Click"}, headers={"Origin": "https://mail.example"}
    )
    assert answer.status_code == 200
    assert list(days.store.subscriptions()) == [] and TO not in str(days.store.deliveries(""))
    assert days.client.post(unsubscribe).status_code == 200, "again does no harm"
    assert days.client.get(home).status_code == 404
    days.day(3, [*SIX, entry(8), entry(9)])
    morning(days)
    assert len(post.raw) == 2


def test_whether_an_address_is_known_is_told_to_nobody(days: Days, post: Post) -> None:
    subscribed(days, post)
    form = {"query": "area=13104", "mail": TO, "frequency": "daily"}
    known = days.client.post("/alerts/new", data=form)
    refused = link(post.text(0), "/alerts/refuse/")
    eventually(lambda: len(post.raw) == 2)
    assert "登録済みです" in post.mails[1]["Subject"]
    others = [days.client.post("/alerts/new", data=form | {"query": f"q={number}"}) for number in range(4)]
    fresh = days.client.post("/alerts/new", data=form | {"mail": "other@example.jp"})
    eventually(lambda: any(to == "other@example.jp" for _, to, _ in post.raw))
    assert len([to for _, to, _ in post.raw if to == TO]) == 3, "and bounded"
    said = {(each.status_code, each.text.replace("other@example.jp", TO)) for each in (known, *others, fresh)}
    assert len(said) == 1
    assert days.client.get(refused).status_code == 200
    assert days.client.post(refused).status_code == 200
    assert [each.confirmed != "" for each in days.store.subscriptions()] == [True]


@pytest.mark.parametrize(
    "mail", ["", "nonsense", "a@b", "a@example.jp\nBcc: b@example.jp", "a@example.jp,b@example.jp", "a" * 300]
)
def test_no_address_is_said_and_what_was_typed_stays(days: Days, mail: str) -> None:
    answer = days.client.post("/alerts/new", data={"query": "", "mail": mail, "frequency": "weekly"})
    assert answer.status_code == 422 and "メールアドレスを確かめてください" in answer.text
    assert re.search(r'value="weekly" checked', answer.text)
    assert days.store.due_deliveries("9999", 10) == []


def test_machines_other_sites_and_floods(days: Days, post: Post) -> None:
    form = {"query": "", "mail": TO}
    assert days.client.post("/alerts/new", data=form | {"website": "x"}).status_code == 200
    assert days.client.post("/alerts/new", data=form, headers={"Origin": "https://evil.example"}).status_code == 403
    codes = [days.client.post("/alerts/new", data=form | {"mail": f"a{n}@example.jp"}).status_code for n in range(12)]
    assert codes == [200] * 10 + [429] * 2
    eventually(lambda: len(post.raw) == 10)


@pytest.mark.parametrize("path", ["/alerts/x.y", "/alerts/confirm/x.y", "/alerts/refuse/x.y", "/alerts/x.y/drop"])
def test_a_form_of_another_site_learns_nothing_of_a_link(days: Days, path: str) -> None:
    data = {"programme": "1"}
    assert days.client.post(path, data=data, headers={"Origin": "https://evil.example"}).status_code == 403
    answer = days.client.post(path, data=data)
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize(
    "path",
    ["/alerts/x.y", "/alerts/confirm/x.y", "/alerts/refuse/x", "/alerts/x/unsubscribe", "/alerts/x/drop?programme=1"],
)
def test_links_that_nobody_made(days: Days, path: str) -> None:
    answer = days.client.get(path)
    assert answer.status_code == 404 and "このリンクは使えません" in answer.text


def test_a_link_to_confirm_is_none_to_manage(days: Days, post: Post) -> None:
    subscribed(days, post)
    token = link(post.text(0), "/alerts/confirm/").rpartition("/")[2]
    assert days.client.get(f"/alerts/{token}").status_code == 404
    assert days.client.post(f"/alerts/{token}/unsubscribe").status_code == 200
    assert len(list(days.store.subscriptions())) == 1


def test_frequency_and_single_programmes_can_be_changed(days: Days, post: Post) -> None:
    home = subscribed(days, post)
    assert days.client.post(home, data={"frequency": "weekly"}).status_code == 303
    [changed] = days.store.subscriptions()
    assert (changed.frequency, changed.deadlines, changed.digest) == ("weekly", False, "2026-08-24")
    days.client.post(home, data={"frequency": "daily"})
    days.day(1, [*SIX, entry(7), entry(8)])
    morning(days)
    drop = link(post.text(), "/drop")
    assert "この支援だけ止める" in days.client.get(drop).text
    assert days.client.post(drop.partition("?")[0], data={"programme": "invented-7"}).status_code == 303
    page = days.client.get(home).text
    assert "止めている支援" in page and page.count("第8種設備補助金") >= 1
    moved = [replace(each, periods=until("2027-01-29T08:00Z")) for each in (entry(7), entry(8))]
    days.day(2, [*SIX, *moved])
    morning(days)
    assert post.mails[-1]["Subject"] == "【支援さがし】締切延長：第8種設備補助金"
    days.client.post(drop.partition("?")[0], data={"programme": "invented-7", "undo": "1"})
    assert "止めている支援" not in days.client.get(home).text


def test_one_programme_can_be_followed(days: Days, post: Post) -> None:
    assert days.client.get("/alerts/new?programme=none").status_code == 404
    form = days.client.get("/alerts/new?programme=invented-1").text
    assert "第1種設備補助金" in form and "頻度" not in form
    subscribed(days, post, "programme=invented-1")
    days.day(1, [replace(SIX[0], periods=until("2026-10-30T08:00Z")), *SIX[1:]])
    morning(days)
    assert post.mails[-1]["Subject"] == "【支援さがし】締切繰上げ：第1種設備補助金"
    assert "お知らせを止める" not in post.text(), "leaving is all there is"


def test_a_mail_that_may_be_missing_is_named_in_the_next(days: Days, post: Post) -> None:
    home = subscribed(days, post)
    days.day(1, [*SIX, entry(7)])
    post.broken = True
    morning(days)
    post.broken = False
    days.now += timedelta(hours=1)
    morning(days)
    days.day(2, [*SIX, entry(7), entry(8)])
    morning(days)
    assert len(post.raw) == 3 and "第7種" not in post.text(), "never the same twice"
    assert "2026年8月23日（日）のお知らせは、送信の途中で止まったため" in post.text()
    page = days.client.get(home).text
    assert "第7種設備補助金" in page and "届いていないことがあります" in page
    days.day(3, [*SIX, entry(7), entry(8), entry(9)])
    morning(days)
    assert "送信の途中で" not in post.text(), "said once"


def test_a_mail_that_was_given_up_is_named_in_the_next(days: Days, post: Post) -> None:
    subscribed(days, post)
    days.day(1, [*SIX, entry(7)])
    post.answer = "554 spam"
    morning(days)
    post.answer = "250 OK"
    days.day(2, [*SIX, entry(7), entry(8)])
    morning(days)
    assert "第7種" not in post.text() and "2026年8月23日（日）のお知らせは、送信の途中で止まったため" in post.text()


def test_what_sources_write_stays_words_in_mails(days: Days, post: Post) -> None:
    subscribed(days, post)
    hostile = entry(7, title='A & B 補助金 <強調\r\nBcc: x@example.jp "')
    days.day(1, [*SIX, hostile])
    morning(days)
    assert 'A & B 補助金 <強調 Bcc: x@example.jp "' in " ".join(post.text().split())
    assert "<強調" not in post.html() and "A &amp; B 補助金 &lt;強調" in post.html()
    assert post.mails[-1]["Bcc"] is None and len(post.raw) == 2
    html5lib.HTMLParser(strict=True).parse(post.html())


def test_webhooks_answer_a_challenge_and_get_signed_payloads(days: Days, hook: Hook) -> None:
    form = {"query": "area=13104", "channel": "webhook", "url": hook.url, "deadlines": "1"}
    hook.echo = False
    answer = days.client.post("/alerts/new", data=form)
    assert answer.status_code == 422 and "正しく答えませんでした" in answer.text
    hook.echo = True
    answer = days.client.post("/alerts/new", data=form)
    assert answer.status_code == 303
    page = days.client.get(answer.headers["location"]).text
    [secret] = re.findall(r"whsec_[A-Za-z0-9+/=]+", page)
    days.day(1, [*SIX, entry(7)])
    morning(days)
    [payload] = hook.payloads("shien.digest")
    [item] = payload["data"]["items"]
    assert (item["events"], item["programme"]["id"]) == (["new"], "invented-7")
    assert payload["data"]["unsubscribe"].startswith(f"{BASE}/alerts/")
    head = hook.got[-1][1]
    assert head["webhook-signature"].startswith("v1,") and secret not in str(hook.got)
    hook.status = 410
    days.day(2, [*SIX, entry(7), entry(8)])
    morning(days)
    assert list(days.store.subscriptions()) == []


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://10.0.0.1/", "公開されていないネットワーク"),
        ("https://169.254.169.254/latest/meta-data/", "公開されていないネットワーク"),
        ("ftp://127.0.0.1/", "https://"),
        ("", "https://"),
        ("http://127.0.0.1:1/", "接続できませんでした"),
    ],
)
def test_webhooks_that_may_not_be(days: Days, url: str, words: str) -> None:
    answer = days.client.post("/alerts/new", data={"query": "", "channel": "webhook", "url": url})
    assert answer.status_code == 422
    [said] = re.findall(r'id="problem">([^<]*)<', answer.text)
    assert words in said
    assert list(days.store.subscriptions()) == []


def test_a_site_without_mail_says_so(tmp_path: Path, where: Endpoint) -> None:
    plain = Days(tmp_path, where)
    plain.day(0, SIX)
    with opened(plain) as client:
        page = client.get("/alerts/new?area=13104").text
        assert "メールでのお知らせを行っていません" in page and "/feeds/programmes.atom?area=13104" in page
        assert client.post("/alerts/new", data={"query": "", "mail": TO}).status_code == 422
