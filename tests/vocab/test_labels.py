import re
from importlib import resources

import pytest

from indexer.schema import Kind, Level
from indexer.vocab.labels import FILES, Label, labels, synonyms

READING = re.compile(r"[ぁ-ゖー・、（）]+")


@pytest.mark.parametrize("facet", FILES)
def test_every_label_is_complete(facet: str) -> None:
    for key, label in labels(facet).items():
        assert key == label.id
        assert label.name.strip() == label.name != ""
        assert READING.fullmatch(label.kana), label.kana
        assert label.help and "\n" not in label.help
        assert label.synonyms and len(set(label.synonyms)) == len(label.synonyms)
        assert label.name not in label.synonyms


@pytest.mark.parametrize(
    ("facet", "count"), [("theme", 11), ("stage", 3), ("lever", 6), ("field", 14), ("industry", 20)]
)
def test_counts(facet: str, count: int) -> None:
    assert len(labels(facet)) == count
    assert len({label.name for label in labels(facet).values()}) == count


def test_ids_are_those_of_the_schema() -> None:
    assert set(labels("kind")) == set(Kind)
    assert set(labels("issuer_level")) == set(Level)
    assert "".join(labels("industry")) == "ABCDEFGHIJKLMNOPQRST"
    assert list(labels("state")) == ["open", "closing", "upcoming", "rolling", "closed", "unknown"]


def test_evidence_can_be_keyed_by_id_alone() -> None:
    ids = [key for facet in ("kind", "gx", "theme", "stage", "lever", "field") for key in labels(facet)]
    assert len(set(ids)) == len(ids)


def test_labels_are_read_only() -> None:
    found = labels("theme")
    with pytest.raises(TypeError):
        found["new"] = Label(id="new", name="", kana="", help="")  # type: ignore[index]


def test_unknown_facet() -> None:
    with pytest.raises(KeyError):
        labels("colour")


@pytest.mark.parametrize(
    ("word", "other"),
    [
        ("省エネ", "省エネルギー"),
        ("脱炭素", "カーボンニュートラル"),
        ("GX", "ゼロカーボン"),
        ("太陽光", "ソーラー"),
        ("PV", "太陽光"),
        ("EV", "電気自動車"),
        ("助成金", "補助金"),
        ("ZEB", "ゼブ"),
        ("省力化", "自動化"),
        ("避難", "避難所"),
        ("借り換え", "借換"),
        ("買い替え", "入れ替え"),
    ],
)
def test_synonyms_both_ways(word: str, other: str) -> None:
    assert other in synonyms()[word]
    assert word in synonyms()[other]


@pytest.mark.parametrize(
    ("wide", "narrow"), [("再エネ", "太陽光"), ("EMS", "HEMS"), ("次世代自動車", "EV"), ("照明", "LED")]
)
def test_synonyms_one_way(wide: str, narrow: str) -> None:
    assert narrow in synonyms()[wide]
    assert wide not in synonyms()[narrow]


def test_synonyms_are_read_only() -> None:
    with pytest.raises(TypeError):
        synonyms()["省エネ"] = ()  # type: ignore[index]


def test_no_word_finds_itself() -> None:
    for word, others in synonyms().items():
        assert word not in others
        assert len(set(others)) == len(others)


def test_data_is_beside_the_loader() -> None:
    names = {entry.name for entry in resources.files("indexer.vocab").iterdir()}
    assert set(FILES.values()) | {"synonyms.yml"} <= names
