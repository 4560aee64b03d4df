"""日本政策金融公庫: its seminars for firms and founders."""

from crawlers.base import Expect, Source
from crawlers.bases.list_page import ListSpider


class jfc_seminars(ListSpider):
    name = "jfc_seminars"
    allowed_domains = ["direct.jfc.go.jp"]
    start_urls = ["https://direct.jfc.go.jp/w110_SeminarList"]
    source = Source(
        title="日本政策金融公庫 セミナー",
        publisher="日本政策金融公庫",
        url="https://direct.jfc.go.jp/w110_SeminarList",
        licence="日本政策金融公庫 サイトポリシー",
        attribution="出典：日本政策金融公庫",
        kind="セミナー",
        verified=False,
    )
    expect = Expect(min=1, max=300, filled={"title": 1.0, "facts": 0.8})
    issuer = "日本政策金融公庫"
    kind = "セミナー"
