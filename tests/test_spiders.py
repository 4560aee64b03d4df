"""Every spider on its recording: one golden file proves spider and normaliser. The recorded instant serves as now.

A spider without a recording fails. A missing golden file is written, and the test fails once: read the file, commit it.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from indexer.crawl import crawl, spiders
from indexer.ingest import read_notices
from indexer.normalise.programme import normalise

FOLDER = Path(__file__).parent / "spiders"
SPIDERS = {each["name"]: each for each in spiders()}


@pytest.mark.parametrize("name", SPIDERS)
def test_golden(name: str, tmp_path: Path) -> None:
    recording = FOLDER / name
    assert (recording / "recording.json").is_file(), f"{name} has no recording: `shien record {name} {recording}`"
    [event] = crawl([name], tmp_path, replay=recording)
    assert event["errors"] == []
    stats = json.loads((tmp_path / name / "stats.json").read_bytes())
    found: list[Any] = []
    for notice in sorted(read_notices(tmp_path / name / "notices.jsonl"), key=lambda each: (each.url, each.key)):
        programme = normalise(notice, stats["at"][:10], facts=stats["facts"], fetched_at=stats["at"])
        found.append(programme.model_dump(mode="json", exclude_defaults=True))
    report = {key: stats[key] for key in ("items", "missed", "variant", "statuses")}
    written = json.dumps({"report": report, "programmes": found}, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    golden = recording / "golden.json"
    if not golden.exists():
        golden.write_text(written, encoding="utf-8")
        pytest.fail(f"{golden} was missing and is written now: read it, then commit it")
    assert json.loads(written) == json.loads(golden.read_text(encoding="utf-8"))


def test_every_source_says_who_it_is() -> None:
    for name, each in SPIDERS.items():
        facts, expect = each["facts"], each["expect"]
        assert all(facts[key] for key in ("title", "publisher", "url", "licence", "attribution")), name
        assert 0 < expect["min"] <= expect["max"], name
        assert all(0 < share <= 1 for share in expect["filled"].values()), name
