"""`shien new`: from the address of a list page to a spider that runs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .test_reading_pages import CASES as PAGES

URL = "https://www.city.kakuu.example"
LIST = (
    "<title>事業者向け補助金｜架空市ホームページ</title><main><ul><li><a href='/1'>省エネ設備更新補助金</a></li>"
    "<li><a href='/2'>創業支援補助金</a></li></ul></main>"
)
TOWN = {
    "/": LIST.encode(),
    "/1": PAGES["table_with_heads"][1].encode(),
    "/2": PAGES["table_without_heads_in_shift_jis"][1].encode("cp932"),
    "/login": "<html><body><form><h1>ログイン</h1></form></body></html>".encode(),
}


@pytest.fixture
def town(tmp_path: Path) -> Path:
    folder = tmp_path / "town"
    (folder / "pages").mkdir(parents=True)
    answers = []
    for number, (path, body) in enumerate(TOWN.items()):
        (folder / "pages" / f"{number}.html").write_bytes(body)
        headers = {"Content-Type": "text/html"}
        answers.append({"url": URL + path, "status": 200, "headers": headers, "body": f"pages/{number}.html"})
    values = {"recorded_at": "2026-08-22T04:00:00+09:00", "note": "invented", "responses": answers}
    (folder / "recording.json").write_text(json.dumps(values))
    return folder


def new(town: Path, name: str, url: str) -> subprocess.CompletedProcess[str]:
    spiders = town.parent / "spiders"
    spiders.mkdir(exist_ok=True)
    folders = ["--spiders", str(spiders), "--recordings", str(town.parent / "recordings"), "--replay", str(town)]
    command = [sys.executable, "-m", "crawlers.new", name, url, *folders]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_source_in_one_command(town: Path) -> None:
    done = new(town, "kakuu_city", f"{URL}/")
    assert done.returncode == 0, done.stderr
    assert "2 programmes" in done.stdout and "募集期間 (1)" in done.stdout
    path = town.parent / "spiders" / "kakuu_city.py"
    written = path.read_text()
    assert len(written.splitlines()) <= 40
    assert 'publisher="架空市"' in written and 'title="架空市 事業者向け補助金"' in written
    assert "verified=False" in written
    assert {each.name for each in (town.parent / "recordings" / "kakuu_city").iterdir()} == {"recording.json", "pages"}
    names: dict[str, object] = {}
    exec(compile(written, path, "exec"), names)
    assert getattr(names["kakuu_city"], "start_urls") == [f"{URL}/"]  # noqa: B009
    again = new(town, "kakuu_city", f"{URL}/")
    assert again.returncode == 2 and "is there already" in again.stderr


@pytest.mark.parametrize(
    ("name", "url", "code", "words"),
    [
        ("Kakuu-City", f"{URL}/", 2, "small letters"),
        ("kakuu_city", "www.city.kakuu.example", 2, "a whole address"),
        ("login", f"{URL}/login", 1, "no programme was found"),
        ("missing", f"{URL}/missing", 1, "no programme was found"),
    ],
)
def test_what_does_not_work_says_why(name: str, url: str, code: int, words: str, town: Path) -> None:
    done = new(town, name, url)
    assert done.returncode == code and words in done.stderr
    assert not (town.parent / "spiders" / f"{name}.py").exists()
    assert not (town.parent / "recordings" / name).exists()


def test_a_recording_that_is_not_there_is_said(town: Path) -> None:
    (town / "recording.json").unlink()
    done = new(town, "kakuu_city", f"{URL}/")
    assert done.returncode == 2 and done.stderr.startswith("--replay: ")
