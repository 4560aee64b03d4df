"""中小機構 九州本部: its consultation desks and experts, for carbon neutrality among others, on one page."""

from collections.abc import Iterator

from scrapy.http import Response

from crawlers.base import Expect, Source, SourceSpider
from crawlers.bases.list_page import CONTACT, text_of
from crawlers.items import Link, Notice
from crawlers.reading import read_sections


class smrj_kyushu(SourceSpider):
    """A heading a programme."""

    name = "smrj_kyushu"
    allowed_domains = ["smrj.go.jp"]
    start_urls = ["https://www.smrj.go.jp/regional_hq/kyushu/sme/consulting/index.html"]
    source = Source(
        title="中小機構 九州本部 経営相談・専門家派遣",
        publisher="中小企業基盤整備機構",
        url="https://www.smrj.go.jp/regional_hq/kyushu/",
        licence="中小機構 サイトポリシー",
        attribution="出典：独立行政法人中小企業基盤整備機構 九州本部",
        verified=False,
        days=7,
    )
    expect = Expect(min=1, max=30, filled={"title": 1.0, "body": 1.0})

    def parse(self, response: Response) -> Iterator[Notice]:
        for section in read_sections(text_of(response), response.url):
            yield Notice(
                source=self.name,
                key=section.anchor or section.title,
                url=f"{response.url}#{section.anchor}" if section.anchor else response.url,
                title=section.title,
                issuer="中小企業基盤整備機構 九州本部",
                body=section.page.body,
                areas=("福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県"),
                facts=section.page.facts,
                contact=section.page.fact(CONTACT),
                links=tuple(Link(name=name, url=url) for name, url in section.page.links),
                attachments=tuple(Link(name=name, url=url) for name, url in section.page.files),
            )
