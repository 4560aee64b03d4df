"""Makes a source of a list page: `python -m crawlers.new NAME URL [--replay FOLDER]`.

Reads the page and the pages it leads to, shows what was found, and writes the spider (crawlers/spiders/NAME.py) and its
recording (tests/spiders/NAME). What it could not know stands in the spider as 未確認: look it up before you commit.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import crawlers.spiders
from crawlers.base import Expect, Source, SourceSpider
from crawlers.bases.list_page import ListSpider
from crawlers.reading import decoded, parsed, words
from crawlers.recordings import Recording
from crawlers.run import run

SHOWN = 5
FIELDS = ("title", "body", "facts", "published", "contact", "attachments")
SPIDER = '''"""{title}."""

from crawlers.base import Expect, Source
from crawlers.bases.list_page import ListSpider


class {name}(ListSpider):
    name = "{name}"
    allowed_domains = ["{host}"]
    start_urls = ["{url}"]
    source = Source(
        title="{title}",
        publisher="{publisher}",
        url="{url}",
        licence="未確認",
        attribution="出典：{publisher}",
        verified={verified},
    )
    expect = Expect(min={least}, max={most}, filled={filled})
    issuer = "{publisher}"
'''


def named(recording: Recording, url: str) -> tuple[str, str]:
    """The title of the list page and the name of its site, as its <title> says them: 補助金一覧｜架空市."""
    answer = recording.find("GET", url)
    text = words(parsed(decoded(answer.body)).title) if answer else ""
    parts = [part for part in re.split(r"\s*[|｜／]\s*|\s+[-–—]\s+", text) if part] or [urlsplit(url).hostname or url]
    site = re.sub(r"(?:公式)?(?:ホームページ|ウェブサイト|サイト|ＨＰ|HP)$", "", parts[-1]) or parts[-1]
    return parts[0], site


def show(notices: list[dict[str, Any]], out: Any = sys.stdout) -> None:
    print(f"{len(notices)} programmes", file=out)
    for each in notices[:SHOWN]:
        print(f"- {each['title']}\n  {each['official_url']}", file=out)
        for label, value in each["facts"].items():
            print(f"    {label}: {' / '.join(value.splitlines())[:90]}", file=out)
        for each_file in each["attachments"]:
            print(f"    [{each_file['name']}] {each_file['url']}", file=out)
    labels = Counter(label for each in notices for label in each["facts"])
    print("labels: " + ", ".join(f"{label} ({count})" for label, count in labels.most_common(20)), file=out)
    for name in FIELDS:
        print(f"{name}: filled in {share(notices, name):.0%}", file=out)


def share(notices: list[dict[str, Any]], name: str) -> float:
    return sum(bool(each[name]) for each in notices) / len(notices)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m crawlers.new", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("url")
    parser.add_argument("--replay", type=Path, help="a recording of the page; none: it is fetched now, and recorded")
    parser.add_argument("--recordings", type=Path, default=Path("tests/spiders"), help="where recordings are kept")
    parser.add_argument(
        "--spiders", type=Path, default=Path(crawlers.spiders.__path__[0]), help="where spiders are kept"
    )
    options = parser.parse_args()
    spider, folder = options.spiders / f"{options.name}.py", options.recordings / options.name
    if not re.fullmatch(r"[a-z][a-z0-9_]*", options.name) or not urlsplit(options.url).hostname:
        print("NAME is of small letters, digits and _; URL is a whole address", file=sys.stderr)
        return 2
    if spider.exists() or folder.exists():
        print(f"{spider if spider.exists() else folder} is there already: choose another name", file=sys.stderr)
        return 2
    try:
        replay = Recording.read(options.replay) if options.replay else None
    except (ValueError, OSError) as error:
        print(f"--replay: {error}", file=sys.stderr)
        return 2
    facts: dict[str, Any] = {
        "name": options.name,
        "start_urls": [options.url],
        "allowed_domains": [urlsplit(options.url).hostname],
        "source": Source(title="", publisher="", url=options.url, licence="", attribution=""),
        "expect": Expect(min=1, max=1),
    }
    kind: type[SourceSpider] = type(options.name, (ListSpider,), facts)
    with tempfile.TemporaryDirectory() as out:
        ok = run([(kind, {})], Path(out), replay=replay, record=None if replay else folder)
        path = Path(out) / options.name / "notices.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        notices = [json.loads(line) for line in lines]
    if not ok or not notices:
        print("no programme was found: see above, and the recipe in crawlers/bases/list_page.py", file=sys.stderr)
        if not replay:
            shutil.rmtree(folder, ignore_errors=True)
        return 1
    show(notices)
    if replay:
        shutil.copytree(replay.folder, folder)
    title, publisher = named(Recording.read(folder), options.url)
    filled = {name: 0.8 for name in FIELDS if share(notices, name) > 0.9}
    spider.write_text(
        SPIDER.format(
            name=options.name,
            host=urlsplit(options.url).hostname,
            url=options.url,
            title=f"{publisher} {title}",
            publisher=publisher,
            verified=not replay,
            least=max(1, len(notices) // 3),
            most=max(30, len(notices) * 3),
            filled=json.dumps(filled),
        ),
        encoding="utf-8",
    )
    print(f"wrote {spider} and {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
