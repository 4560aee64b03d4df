"""/metrics for Prometheus: how the site answers, how fresh what it shows is, and which sources failed."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from indexer.sources import origins
from indexer.store import Store, stamp

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5)
"""Bounds of the histogram of answer times."""
OTHER = "other"
"""The route of what has none (static files, addresses that do not exist): labels must not grow with what is asked."""


class Metrics:
    """Counts of one application, and gauges that are read from the store when somebody asks."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.registry.register(Freshness(store, now))
        self.registry.register(Sending(store, now))
        self.answers = Counter(
            "shien_requests", "Answers by route and status", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "shien_request_seconds",
            "Time until an answer was whole",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.searches = Histogram(
            "shien_search_seconds",
            "Time until a search was answered",
            buckets=SECONDS,
            registry=self.registry,
        )

    def response(self) -> Response:
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_PLAIN_0_0_4)


class Freshness(Collector):
    """What the store tells of nights, of the last publication and of each source."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    def describe(self) -> list[GaugeMetricFamily]:
        """Nothing: registering must not read the store."""
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        published = self._store.fact("publication") or {}
        yield GaugeMetricFamily("shien_published_programmes", "Programmes in the index", published.get("count", 0))
        if published:
            at = datetime.fromisoformat(published["at"]).timestamp()
            yield GaugeMetricFamily("shien_published_timestamp_seconds", "When the index was last built", at)
        if night := self._store.finished():
            at = datetime.fromisoformat(night.finished).timestamp()
            yield GaugeMetricFamily("shien_night_timestamp_seconds", "When a night last came to its end", at)
        if look := self._store.fact("look"):
            at = datetime.fromisoformat(look["at"]).timestamp()
            yield GaugeMetricFamily("shien_look_timestamp_seconds", "When sources were last looked at", at)
        listed = GaugeMetricFamily("shien_source_programmes", "What a source lists now", labels=["source"])
        failed = GaugeMetricFamily("shien_source_failed", "1 if the last run failed its checks", labels=["source"])
        overdue = GaugeMetricFamily("shien_source_overdue", "1 if it should have been read again", labels=["source"])
        good = GaugeMetricFamily(
            "shien_source_good_timestamp_seconds", "The last run that was taken in", labels=["source"]
        )
        items = GaugeMetricFamily("shien_source_items", "What its last run that was taken in saw", labels=["source"])
        age = GaugeMetricFamily("shien_source_age_seconds", "How long ago that was", labels=["source"])
        filled = GaugeMetricFamily(
            "shien_source_filled_ratio", "Share of its notices that had a field", labels=["source", "field"]
        )
        now = self._now()
        for each in origins(self._store, now):
            listed.add_metric([each.name], each.programmes)
            failed.add_metric([each.name], each.state == "failed")
            overdue.add_metric([each.name], each.overdue)
            if each.last_good:
                read = datetime.fromisoformat(each.last_good)
                good.add_metric([each.name], read.timestamp())
                age.add_metric([each.name], (now - read).total_seconds())
                items.add_metric([each.name], each.seen)
            for name, share in each.filled.items():
                filled.add_metric([each.name, name], share)
        yield from (listed, failed, overdue, good, age, items, filled)


class Sending(Collector):
    """What the store tells of alerts."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store, self._now = store, now

    def describe(self) -> list[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        if told := self._store.fact("alerts"):
            at = datetime.fromisoformat(told["at"]).timestamp()
            yield GaugeMetricFamily("shien_alerts_timestamp_seconds", "When alerts were last decided", at)
        asked = GaugeMetricFamily("shien_alert_subscriptions", "Confirmed subscriptions", labels=["channel"])
        for channel, count in self._store.counted_subscriptions().items():
            asked.add_metric([channel], count)
        made = GaugeMetricFamily(
            "shien_alert_deliveries", "Messages made in the last day", labels=["channel", "kind", "state"]
        )
        for labels, count in self._store.counted_deliveries(stamp(self._now() - timedelta(days=1))).items():
            made.add_metric(list(labels), count)
        yield from (asked, made)


class Measured:
    """Counts every answer by its route and times it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            route = getattr(scope.get("route"), "path", OTHER)
            self.metrics.answers.labels(route, str(status)).inc()
            self.metrics.seconds.labels(route).observe(time.perf_counter() - started)
