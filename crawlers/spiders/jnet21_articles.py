"""J-Net21 articles: news of support and events, cases of carbon neutrality, business Q&A, guides."""

from collections.abc import Iterator
from typing import Any

from scrapy.http import HtmlResponse

from crawlers.base import Expect, Source
from crawlers.bases.articles import ArticlesSpider, markup, soup, words
from crawlers.bases.jnet21 import ATTRIBUTION, LICENCE, PUBLISHER
from crawlers.items import Notice

# Labels that every article has, and the section of a page whose labels are only topics.
EVERYWHERE = "支援情報"
SECTIONS = {"support/publicsupport": "公的支援策", "handbook": "経営ハンドブック", "qa": "ビジネスQ&A"}
# News is signed by the body that runs the programme; other articles by the company or body they tell of.
SIGNED = ("支援", "イベント")


class jnet21_articles(ArticlesSpider):
    """`li.columnItem` in the list; `article` with `.h1-labels`, `h1` (題：実施機関) and `p.txt-right` on the page."""

    name = "jnet21_articles"
    allowed_domains = ["j-net21.smrj.go.jp"]
    start_urls = ["https://j-net21.smrj.go.jp/support/list.html"]
    source = Source(
        title="J-Net21 記事（支援・イベント・事例・Q&A）",
        publisher=PUBLISHER,
        url="https://j-net21.smrj.go.jp/support/list.html",
        licence=LICENCE,
        attribution=ATTRIBUTION,
        days=7,
        second_hand=True,
    )
    expect = Expect(min=5, max=3000, filled={"title": 1.0, "body": 0.95, "published": 0.9, "kind": 0.8})

    def links(self, response: HtmlResponse) -> Iterator[tuple[str, dict[str, Any]]]:
        rows = soup(response).select("li.columnItem")
        titles = {words(row.h3) for row in rows}
        for row in rows:
            # A note that only announces another article of the list: 経営支援の現場から「題」.
            quoted = words(row.h3).partition("「")[2].removesuffix("」")
            if row.a and quoted not in titles:
                yield response.urljoin(str(row.a["href"])), {"category": words(row.select_one(".cate"))}

    def article(self, response: HtmlResponse, **known: Any) -> Notice:
        page = soup(response).article
        heading = page and page.h1
        if page is None or heading is None:
            raise ValueError("an article without a heading")
        labels = [words(each) for each in page.select(".h1-labels li")]
        date = page.select_one("p.txt-right")
        title, _, signed = words(heading).rpartition("：")
        section = next((name for path, name in SECTIONS.items() if f".jp/{path}/" in response.url), "")
        kind = section or known["category"] or (labels[0] if labels and labels[0] != EVERYWHERE else "")
        news = kind in SIGNED
        published = words(date)
        for each in (heading, date, page.select_one(".h1-labels")):
            if each:
                each.decompose()
        return Notice(
            source=self.name,
            url=response.url,
            title=title if title and news else f"{title}：{signed}" if title else signed,
            kind=kind,
            issuer=signed if title and news else "",
            body=markup(page),
            published=published,
            fields=tuple(each for each in labels if each not in (EVERYWHERE, kind)),
        )
