"""Logs: JSON that machines read, the number of a request on everything it caused, and nothing that opens anything."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient

from indexer.logs import configure, plain, stage
from indexer.settings import Settings
from search_api.requests import REQUEST_ID, Logged


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged as JSON, at every level."""
    root, before = logging.getLogger(), (logging.getLogger().handlers, logging.getLogger().level)
    stream = io.StringIO()
    configure(Settings(log_json=True, log_level="debug"), stream)
    yield stream
    root.handlers, level = before
    root.setLevel(level)
    plain()
    logging.getLogger("uvicorn.access").disabled = False


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_everything_is_one_json_object_a_line(log: io.StringIO) -> None:
    structlog.get_logger("a").info("taken in", source="jgrants", new=3)
    logging.getLogger("b").warning("%s broke\nin two lines", "it")
    try:
        raise ValueError("why")
    except ValueError:
        logging.getLogger("c").exception("failed")
    first, second, third = lines(log)
    assert (first["event"], first["source"], first["new"], first["level"]) == ("taken in", "jgrants", 3, "info")
    assert datetime.fromisoformat(first["timestamp"]).utcoffset() == timedelta(hours=9)
    assert (second["event"], second["logger"]) == ("it broke\nin two lines", "b")
    assert "ValueError: why" in third["exception"]


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        ("mail to owner@example.jp refused", {}),
        ("refused", {"to": "owner@example.jp", "list": ["owner@example.jp"], "deep": {"to": "<owner@example.jp>"}}),
        ("GET /alerts/kKMNXzUzxZ-TuliM.r-UNyYYYa5w_xI-MEghHgpM3/drop", {}),
        ("GET /alerts/confirm/kKMNXzUzxZ-TuliM.r-UNyYYYa5w_xI-MEghHgpM3", {}),
        ("signed in", {"password": "hunter2", "smtp_password": "hunter2", "Authorization": "Bearer hunter2"}),
        ("opened", {"url": "postgresql+psycopg://shien:hunter2@db/shien"}),
        ("asked with Bearer hunter2", {"headers": {"X-Api-Key": "hunter2", "cookie": "session=hunter2"}}),
        ("made whsec_aHVudGVyMg==", {}),
    ],
)
def test_no_address_and_no_secret_is_told(log: io.StringIO, event: str, fields: dict[str, Any]) -> None:
    structlog.get_logger("a").info(event, **fields)
    logging.getLogger("b").info(event, extra=fields)
    try:
        raise ValueError(event, *map(str, [{}]))
    except ValueError:
        logging.getLogger("c").exception("it broke")
    told = log.getvalue()
    for each in ("owner", "hunter2", "aHVudGVyMg", "kKMNXz", "UNyYYYa5w"):
        assert each not in told
    assert len(lines(log)) == 3


def test_a_request_is_told_by_its_route_and_its_number_goes_along(log: io.StringIO) -> None:
    app = FastAPI()

    @app.get("/alerts/{token}")
    def page(token: str) -> str:
        logging.getLogger("inside").info("at work")
        return token

    @app.get("/broken")
    def broken() -> str:
        raise ValueError("no")

    app.add_middleware(Logged)
    client = TestClient(app, raise_server_exceptions=False)
    answer = client.get("/alerts/a-long-secret-token-of-mine?q=言葉", headers={REQUEST_ID: "request-0001"})
    assert answer.headers[REQUEST_ID] == "request-0001"
    assert client.get("/broken", headers={REQUEST_ID: "x <script>"}).status_code == 500
    client.get("/nothing/owner@example.jp")
    told = [each for each in lines(log) if each["event"] in ("request", "at work")]
    inside, first, second, third = told
    assert inside["request_id"] == first["request_id"] == "request-0001"
    assert (first["method"], first["route"], first["status"]) == ("GET", "/alerts/{token}", 200) and first["ms"] >= 0
    assert (second["route"], second["status"], second["level"]) == ("/broken", 500, "warning")
    assert len(second["request_id"]) == 32
    assert third["route"] == "other"
    assert "secret-token" not in log.getvalue() and "言葉" not in log.getvalue()


def test_a_stage_tells_how_long_it_took_and_that_it_failed(log: io.StringIO) -> None:
    with stage("crawl", source="jgrants"):
        pass
    with pytest.raises(OSError), stage("publish"):
        raise OSError("disk full")
    good, bad = lines(log)
    assert (good["stage"], good["source"]) == ("crawl", "jgrants") and good["seconds"] >= 0
    assert (bad["stage"], bad["error"], bad["level"]) == ("publish", "OSError: disk full", "warning")


def test_for_people_by_default() -> None:
    root, before = logging.getLogger(), logging.getLogger().handlers
    stream = io.StringIO()
    configure(Settings(), stream)
    structlog.get_logger("a").warning("broke", source="jgrants")
    root.handlers = before
    plain()
    logging.getLogger("uvicorn.access").disabled = False
    assert "broke" in stream.getvalue() and "source=jgrants" in stream.getvalue()
