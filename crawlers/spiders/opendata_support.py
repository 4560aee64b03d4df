"""支援制度情報: programmes of municipalities as open data."""

from crawlers import municipal
from crawlers.bases.csv_opendata import CsvFamily
from crawlers.items import Notice
from crawlers.tables import Row


class opendata_support(CsvFamily):
    name = "opendata_support"
    dataset = "支援制度情報"
    needed = municipal.TITLE

    def concerns_firms(self, row: Row) -> bool:
        return municipal.concerns_firms(row)

    def key(self, row: Row) -> str:
        return row.text("制度番号")

    def notice(self, row: Row, key: str) -> Notice:
        place = self.municipality
        return municipal.notice(
            row, source=self.name, key=key, prefecture=place.prefecture, name=place.name, url=place.url
        )
