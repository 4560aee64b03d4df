"""Answers are compressed as the client can take them, and say so to what keeps them on the way."""

import gzip

import brotli
import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.engine

PACKED = {"": bytes, "gzip": gzip.decompress, "br": brotli.decompress}
ACCEPTED = {
    "identity": "",
    "gzip": "gzip",
    "br": "br",
    "gzip, deflate, br, zstd": "br",
    "GZIP;q=1.0, br;q=0": "gzip",
    "br;q=0.2, gzip;q=0.8": "gzip",
    "gzip;q=0, br; q=0": "",
    "zstd, brotli": "",
    "gzip;q=nonsense": "",
    "": "",
    "*": "",
}


@pytest.mark.parametrize(("accepted", "wanted"), ACCEPTED.items())
@pytest.mark.parametrize("path", ["/api/programmes", "/search", "/export/programmes.csv", "/feeds/programmes.atom"])
def test_answers_are_compressed_as_the_client_can(client: TestClient, path: str, accepted: str, wanted: str) -> None:
    plain = client.get(path, headers={"Accept-Encoding": "identity"}).content
    with client.stream("GET", path, headers={"Accept-Encoding": accepted}) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers.get("Content-Encoding", "") == wanted
    assert "Accept-Encoding" in answer.headers["Vary"], "kept on the way, it would reach who cannot read it"
    assert int(answer.headers.get("Content-Length", len(packed))) == len(packed)
    assert not wanted or len(packed) < len(plain) / 2
    # took_ms and the minute may differ.
    assert len(PACKED[wanted](packed)) == pytest.approx(len(plain), abs=20)


def test_what_is_small_or_packed_already_stays_as_it_is(client: TestClient) -> None:
    assert "Content-Encoding" not in client.get("/healthz", headers={"Accept-Encoding": "br"}).headers
    book = client.get("/export/programmes.xlsx", headers={"Accept-Encoding": "br"})
    assert "Content-Encoding" not in book.headers and book.content[:2] == b"PK"
