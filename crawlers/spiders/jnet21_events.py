"""J-Net21 支援情報ヘッドライン: seminars and events from the whole country, as a feed."""

from crawlers.base import Expect, Source
from crawlers.bases.jnet21 import ATTRIBUTION, LICENCE, PUBLISHER, HeadlineSpider


class jnet21_events(HeadlineSpider):
    name = "jnet21_events"
    start_urls = ["https://j-net21.smrj.go.jp/snavi/event/event.xml"]
    source = Source(
        title="J-Net21 セミナー・イベント情報",
        publisher=PUBLISHER,
        url="https://j-net21.smrj.go.jp/snavi/",
        licence=LICENCE,
        attribution=ATTRIBUTION,
        kind="セミナー・イベント",
        after="18:30",
        second_hand=True,
    )
    expect = Expect(min=5, max=200, filled={"title": 1.0, "issuer": 0.8, "body": 0.9}, complete=False)
