"""SII (環境共創イニシアチブ): open calls of the national energy-saving and GX subsidies."""

from crawlers.base import Expect, Source
from crawlers.bases.list_page import ListSpider


class sii_calls(ListSpider):
    name = "sii_calls"
    allowed_domains = ["sii.or.jp"]
    start_urls = ["https://sii.or.jp/information/division.html"]
    source = Source(
        title="SII 公募情報",
        publisher="環境共創イニシアチブ",
        url="https://sii.or.jp/",
        licence="環境共創イニシアチブ サイトポリシー",
        attribution="出典：一般社団法人環境共創イニシアチブ",
        verified=False,
    )
    expect = Expect(min=1, max=200, filled={"title": 1.0, "body": 0.9})
    issuer = "環境共創イニシアチブ"
    areas = ("全国",)
