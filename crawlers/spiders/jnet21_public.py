"""J-Net21 支援情報ヘッドライン: what public bodies call for (公募), as a feed."""

from crawlers.base import Expect, Source
from crawlers.bases.jnet21 import ATTRIBUTION, LICENCE, PUBLISHER, HeadlineSpider


class jnet21_public(HeadlineSpider):
    name = "jnet21_public"
    start_urls = ["https://j-net21.smrj.go.jp/snavi/public/public.xml"]
    source = Source(
        title="J-Net21 公募情報",
        publisher=PUBLISHER,
        url="https://j-net21.smrj.go.jp/snavi/",
        licence=LICENCE,
        attribution=ATTRIBUTION,
        after="18:30",
        second_hand=True,
    )
    expect = Expect(min=1, max=200, filled={"title": 1.0, "issuer": 0.7, "body": 0.9}, complete=False)
