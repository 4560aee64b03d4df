"""クール・ネット東京: subsidies of 東京都 for energy saving and renewable energy."""

from crawlers.base import Expect, Source
from crawlers.bases.list_page import ListSpider


class cool_net_tokyo(ListSpider):
    """Pages of programmes are /subsidy/<slug>/r<year>/."""

    name = "cool_net_tokyo"
    allowed_domains = ["tokyo-co2down.jp"]
    start_urls = ["https://www.tokyo-co2down.jp/subsidy/"]
    source = Source(
        title="クール・ネット東京 助成金",
        publisher="東京都環境公社",
        url="https://www.tokyo-co2down.jp/",
        licence="クール・ネット東京 サイトポリシー",
        attribution="出典：クール・ネット東京（公益財団法人東京都環境公社）",
        kind="助成金",
        verified=False,
    )
    expect = Expect(min=1, max=200, filled={"title": 1.0, "body": 0.9})
    issuer = "東京都環境公社"
    areas = ("東京都",)
