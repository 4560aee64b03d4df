"""Addresses in mails: under the site's public address, which no request can choose, and made by us alone."""

from urllib.parse import quote, urlencode

from indexer.keys import Keys
from indexer.settings import Settings
from indexer.store import Subscription
from search_api.alerts import Section, programme_of

CONFIRM, MANAGE = "confirm", "manage"
"""What a token in a link is good for."""


class Links:
    """Links for one subscription."""

    def __init__(self, settings: Settings, keys: Keys, subscription: Subscription) -> None:
        self._base = settings.public_url.rstrip("/")
        self._confirm = quote(keys.token(CONFIRM, subscription.id))
        self._manage = quote(keys.token(MANAGE, subscription.id))
        self._query = subscription.query

    @property
    def home(self) -> str:
        return f"{self._base}/"

    @property
    def confirm(self) -> str:
        return f"{self._base}/alerts/confirm/{self._confirm}"

    @property
    def refuse(self) -> str:
        return f"{self._base}/alerts/refuse/{self._confirm}"

    @property
    def manage(self) -> str:
        return f"{self._base}/alerts/{self._manage}"

    @property
    def unsubscribe(self) -> str:
        return f"{self.manage}/unsubscribe"

    @property
    def search(self) -> str:
        """What is followed: the search, or the one programme."""
        id = programme_of(self._query)
        return self.programme(id) if id else f"{self._base}/search" + (f"?{self._query}" if self._query else "")

    def more(self, section: Section) -> str:
        """The search, with what a section tells of on top."""
        order = "deadline" if section is Section.DEADLINE else "updated"
        return f"{self._base}/search?" + "&".join(filter(None, (self._query, f"sort={order}")))

    def programme(self, id: str) -> str:
        return f"{self._base}/programmes/{quote(id)}"

    def drop(self, id: str) -> str:
        return f"{self.manage}/drop?{urlencode({'programme': id})}"
