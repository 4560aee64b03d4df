"""環境省 エネ特ポータル: projects of the energy special account, for decarbonisation."""

from crawlers.base import Expect, Source
from crawlers.bases.list_page import ListSpider


class env_enetoku(ListSpider):
    name = "env_enetoku"
    allowed_domains = ["env.go.jp"]
    start_urls = ["https://www.env.go.jp/earth/earth/ondanka/enetoku/"]
    source = Source(
        title="環境省 エネ特ポータル",
        publisher="環境省",
        url="https://www.env.go.jp/earth/earth/ondanka/enetoku/",
        licence="公共データ利用規約（第1.0版）",
        attribution="出典：環境省ホームページを加工して作成",
        kind="補助金",
        verified=False,
        days=7,
    )
    expect = Expect(min=1, max=300, filled={"title": 1.0, "body": 0.9})
    issuer = "環境省"
    areas = ("全国",)
