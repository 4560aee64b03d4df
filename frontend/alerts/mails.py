"""The mails: plain text, and the same as simple HTML. Deadlines come first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit

from frontend.alerts.links import Links
from frontend.chips import chips
from frontend.rendering import templates
from frontend.words.changes import news_label
from frontend.words.moments import day, left
from indexer.alerts.subscriptions import UNCONFIRMED_DAYS, Frequency
from indexer.schema import JST
from indexer.settings import Settings
from indexer.state import State
from indexer.store import Delivery, Store, Subscription
from search_api.alerts import Section, programme_of, search_of
from search_api.detail import detail
from search_api.models import Hit
from search_api.search import as_shown

SITE = "支援さがし"
MOST = 20
"""Programmes of one section that a mail shows; the rest is counted and behind a link."""
NEAR_DAYS = 60
"""So many days ahead are counted; nobody counts more."""
SECTIONS = {Section.DEADLINE: "締切が近い支援", Section.NEWS: "変更があった支援", Section.NEW: "新しく載った支援"}
COUNTED = {Section.DEADLINE: "締切", Section.NEWS: "変更", Section.NEW: "新着"}


def described(store: Store, query: str, now: datetime) -> str:
    """What is followed, in words: a programme's name, or the conditions of a search."""
    if id := programme_of(query):
        found = detail(store, id, now)
        return found.title if found else "掲載を終えた支援"
    names = {name: str(facts.get("title") or name) for name, facts in store.sources().items()}
    return "・".join(each.name for each in chips(search_of(query), names)) or "すべての支援"


def rhythm(subscription: Subscription, settings: Settings) -> str:
    """When something comes, in a sentence."""
    when = "毎朝" if subscription.frequency == Frequency.DAILY else "毎週月曜の朝"
    near = "締切の14日前・7日前・前日には、その日の朝にもお知らせします。" if subscription.deadlines else ""
    if programme_of(subscription.query):
        return f"この支援に変更があったときに、朝{settings.alert_hour}時ごろお知らせします。{near}"
    return f"{when}{settings.alert_hour}時ごろ、新しい支援や締切の延長などがあったときだけお知らせします。{near}"


class Writer:
    """Writes the mails of one site."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings, self.store = settings, store

    def confirm(self, delivery: Delivery, subscription: Subscription, links: Links, now: datetime) -> EmailMessage:
        """Asks the owner of an address to confirm, or tells that it was confirmed before."""
        subject = "お知らせの登録を確認してください" if delivery.kind == "confirm" else "このお知らせは登録済みです"
        values = self._values(subscription, links, now) | {"known": delivery.kind == "known", "days": UNCONFIRMED_DAYS}
        return self._message(delivery, subject, "confirm", values, now)

    def digest(self, delivery: Delivery, subscription: Subscription, links: Links, now: datetime) -> EmailMessage:
        """What happened, with a way out in one click (RFC 8058)."""
        sections = sectioned(delivery.content["items"], now)
        facts = self.store.sources()
        origins = {each.source.name for _, items, _ in sections for each in items}
        values = self._values(subscription, links, now) | {
            "sections": sections,
            "names": SECTIONS,
            "when": when,
            "unsure": delivery.content.get("unsure", []),
            "credits": sorted({str(facts.get(name, {}).get("attribution") or "") for name in origins} - {""}),
        }
        subject = headline(sections, values["what"])
        message = self._message(delivery, subject, "digest", values, now)
        message["List-Unsubscribe"] = f"<{links.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["List-Id"] = f"{SITE} <alerts.{urlsplit(links.home).hostname}>"
        return message

    def staff(self, delivery: Delivery, now: datetime) -> EmailMessage:
        message = self._headed(delivery, delivery.content["subject"], now)
        message["To"] = delivery.content["to"]
        message.set_content(delivery.content["text"], cte="base64")
        return message

    def _values(self, subscription: Subscription, links: Links, now: datetime) -> dict[str, Any]:
        return {
            "site": SITE,
            "links": links,
            "what": described(self.store, subscription.query, now),
            "one": programme_of(subscription.query) is not None,
            "rhythm": rhythm(subscription, self.settings),
            "since": subscription.confirmed[:10],
            "banner": self.settings.banner,
        }

    def _message(
        self, delivery: Delivery, subject: str, name: str, values: Mapping[str, Any], now: datetime
    ) -> EmailMessage:
        message = self._headed(delivery, subject, now)
        # Long lines and bare UTF-8 do not survive every server.
        message.set_content(templates.env.get_template(f"mail/{name}.txt").render(values), cte="base64")
        html = templates.env.get_template(f"mail/{name}.html").render(values, subject=subject)
        message.add_alternative(html, subtype="html", cte="base64")
        return message

    def _headed(self, delivery: Delivery, subject: str, now: datetime) -> EmailMessage:
        name, address = parseaddr(self.settings.smtp_from)
        host = urlsplit(self.settings.public_url).hostname or "localhost"
        message = EmailMessage()
        message["Subject"] = " ".join(f"【{SITE}】{subject}".split())
        message["From"] = Address(name or SITE, addr_spec=address)
        message["Date"] = format_datetime(now.astimezone(JST))
        # The same for every attempt, so that even a mail sent twice would be one.
        message["Message-ID"] = f"<{delivery.id}@{host}>"
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = "ja"
        return message


def sectioned(items: Sequence[Mapping[str, Any]], now: datetime) -> list[tuple[Section, list[Hit], int]]:
    """Sections that have something, in their order: (which, its first programmes, how many it has)."""
    found = []
    for section in Section:
        hits = [as_shown(each["programme"], now) for each in items if each["section"] == section.value]
        if hits:
            found.append((section, hits[:MOST], len(hits)))
    return found


def when(item: Hit) -> str:
    """Until when one can apply, in words."""
    match item.state:
        case State.CLOSED:
            return "受付を終えました"
        case State.ROLLING:
            return "随時受付"
        case State.UPCOMING if item.opens:
            return f"{day(item.opens)} から受付"
    if not item.closes:
        return "期限は公式ページでご確認ください"
    near = item.days_left is not None and item.days_left <= NEAR_DAYS
    return f"{day(item.closes, end=True)} まで" + (f"（{left(item)}）" if near else "")


def headline(sections: Sequence[tuple[Section, Sequence[Hit], int]], what: str) -> str:
    """The subject: the one programme that it is about, or how many of what."""
    total = sum(count for _, _, count in sections)
    if total == 1:
        [(section, [item], _)] = sections
        words = left(item) if section is Section.DEADLINE else news_label(item.news) if item.news else "新着"
        return f"{words}：{cut(item.title, 50)}"
    return "・".join(f"{COUNTED[section]}{count}件" for section, _, count in sections) + f"（{cut(what, 40)}）"


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
