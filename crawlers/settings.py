"""Settings of every crawl. Scrapy's default stands behind each in a comment."""

import os
from typing import Any

VERSION = "0.1"


def user_agent() -> str:
    """Who we are and how to reach us (SHIEN_CONTACT)."""
    contact = os.environ.get("SHIEN_CONTACT", "").strip()
    return f"shien/{VERSION} (+{contact})" if contact else f"shien/{VERSION}"


def settings() -> dict[str, Any]:
    return {
        "USER_AGENT": user_agent(),  # Scrapy/VERSION (+https://scrapy.org)
        "ROBOTSTXT_OBEY": True,  # False
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,  # 8
        "DOWNLOAD_DELAY": 2.0,  # 0
        "DOWNLOAD_DELAY_JITTER": 0.0,  # 0.5: the delay is the least that a site may expect
        "AUTOTHROTTLE_ENABLED": True,  # False: a site that answers slowly is asked more slowly
        "AUTOTHROTTLE_START_DELAY": 2.0,  # 5
        "AUTOTHROTTLE_MAX_DELAY": 30.0,  # 60
        "DOWNLOAD_MAXSIZE": 8 * 2**20,  # 1 GiB: Jグランツ puts attachments of megabytes into its answers
        "DOWNLOAD_WARNSIZE": 4 * 2**20,  # 32 MiB
        "DOWNLOAD_TIMEOUT": 60,  # 180
        "RETRY_TIMES": 3,  # 2
        "FIRST_WAIT": 5.0,  # ours: seconds before the first retry
        "RETRY_HTTP_CODES": [429, 500, 502, 503, 504],  # also 408, 522, 524
        "DOWNLOADER_MIDDLEWARES": {  # Scrapy's own in their places
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawlers.politeness.Robots": 100,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "crawlers.politeness.Backoff": 550,
            "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
            "crawlers.politeness.Redirect": 600,
            "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
            "crawlers.cache.Cache": 900,
        },
        "SPIDER_MIDDLEWARES": {"crawlers.politeness.Guard": 30},  # Scrapy's own in their places
        "REDIRECT_MAX_TIMES": 5,  # 20
        "CLOSESPIDER_TIMEOUT": 3 * 3600,  # 0: no crawl of a source takes longer than a night
        "CLOSESPIDER_PAGECOUNT": 12000,  # 0
        "COOKIES_ENABLED": False,  # True
        "TELNETCONSOLE_ENABLED": False,  # True
        "FEED_EXPORT_ENCODING": "utf-8",  # ASCII escapes
        "LOG_LEVEL": "INFO",  # DEBUG
    }


def cache_settings(folder: str) -> dict[str, Any]:
    """Pages are kept in `folder`, and asked for again only if they changed."""
    return {
        "HTTPCACHE_ENABLED": True,  # False
        "HTTPCACHE_DIR": folder,
        "HTTPCACHE_GZIP": True,  # False
        "HTTPCACHE_POLICY": "crawlers.cache.Revalidate",  # DummyPolicy
    }


def replay_settings(folder: str) -> dict[str, Any]:
    """A recording answers at once, and asks for no manners."""
    return {
        "REPLAY": folder,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "RETRY_TIMES": 0,
        "AUTOTHROTTLE_ENABLED": False,
        "DOWNLOAD_HANDLERS": {"http": "crawlers.replay.ReplayHandler", "https": "crawlers.replay.ReplayHandler"},
    }
