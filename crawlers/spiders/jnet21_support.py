"""J-Net21 支援情報ヘッドライン: subsidies, loans and tax measures from the whole country, as a feed."""

from crawlers.base import Expect, Source
from crawlers.bases.jnet21 import ATTRIBUTION, LICENCE, PUBLISHER, HeadlineSpider


class jnet21_support(HeadlineSpider):
    name = "jnet21_support"
    start_urls = ["https://j-net21.smrj.go.jp/snavi/support/support.xml"]
    source = Source(
        title="J-Net21 支援情報ヘッドライン",
        publisher=PUBLISHER,
        url="https://j-net21.smrj.go.jp/snavi/",
        licence=LICENCE,
        attribution=ATTRIBUTION,
        after="18:30",
        second_hand=True,
    )
    expect = Expect(min=5, max=200, filled={"title": 1.0, "issuer": 0.8, "kind": 0.9}, complete=False)
