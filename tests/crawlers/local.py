"""Crawls a test's own sites with the arguments of crawlers.run: SHIEN_TEST_SITES has the first page of each source."""

import json
import os
import sys

import crawlers.run as runner
from tests.crawlers.probe import Probe

if __name__ == "__main__":
    quick = {"DOWNLOAD_DELAY": 0.01, "AUTOTHROTTLE_ENABLED": False, "RETRY_TIMES": 1, "DOWNLOAD_TIMEOUT": 20}
    values = runner.settings() | quick
    sites = json.loads(os.environ["SHIEN_TEST_SITES"])
    runner.settings = lambda: values
    runner.spiders = lambda: {
        name: type(name, (Probe,), {"name": name, "start_urls": [url]}) for name, url in sites.items()
    }
    sys.exit(runner.main())
