"""The API's description says in Japanese what everything is, with examples that are what they say."""

import re
import typing
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import BaseModel, TypeAdapter

from indexer import schema, sources
from search_api import beginnings, models
from search_api.description import told

pytestmark = pytest.mark.engine

JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
MODELS: dict[str, type[BaseModel]] = {
    name: each
    for module in (schema, sources, models, beginnings)
    for name, each in vars(module).items()
    if isinstance(each, type) and issubclass(each, BaseModel)
}


@pytest.fixture
def described(client: TestClient) -> dict[str, Any]:
    found = client.get("/openapi.json").json()
    assert isinstance(found, dict)
    return found


def operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, each in described["paths"].items():
        for method, operation in each.items():
            yield f"{method} {path}", operation


def test_each_model_and_each_field_has_a_japanese_description_and_an_example(described: dict[str, Any]) -> None:
    missing = []
    for name, model in described["components"]["schemas"].items():
        if not JAPANESE.search(model.get("description", "")):
            missing.append(name)
        for field, values in model.get("properties", {}).items():
            if not JAPANESE.search(values.get("description", "")) or len(values.get("examples", ())) != 1:
                missing.append(f"{name}.{field}")
    assert not missing, "described.yml says nothing of these"


def test_what_is_described_is_there(described: dict[str, Any]) -> None:
    there = described["components"]["schemas"]
    stale = [
        f"{name}.{field}"
        for name, said in told().items()
        for field in said
        if name not in there or (field and field not in there[name]["properties"])
    ]
    assert not stale


def test_each_example_is_a_value_of_its_field(described: dict[str, Any]) -> None:
    for name, model in described["components"]["schemas"].items():
        if "properties" in model:
            annotations = typing.get_type_hints(MODELS[name], include_extras=True)
            for field, values in model["properties"].items():
                TypeAdapter(annotations[field]).validate_python(values["examples"][0])


def test_each_operation_and_parameter_is_described_with_an_example(described: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, operation in operations(described)]
    assert len(names) == len(set(names)) and all(re.fullmatch(r"[a-z_]+", each) for each in names)
    for where, operation in operations(described):
        assert JAPANESE.search(operation["summary"]) and JAPANESE.search(operation["description"]), where
        for each in operation.get("parameters", ()):
            assert JAPANESE.search(each["description"]) and "例：" in each["description"], (where, each["name"])


def test_each_answer_names_its_media_type(described: dict[str, Any]) -> None:
    for where, operation in operations(described):
        assert {"200", "422", "429", "503"} <= set(operation["responses"]), where
        for status, answer in operation["responses"].items():
            [(media_type, content)] = answer["content"].items()
            assert (media_type == "application/problem+json") == (status != "200"), where
            assert content["schema"], where


def test_the_examples_of_parameters_can_be_asked(client: TestClient, described: dict[str, Any]) -> None:
    asked = {
        each["name"]: each["description"].partition("例：")[2].split("、")
        for each in described["paths"]["/api/programmes"]["get"]["parameters"]
    }
    for name, values in asked.items():
        answer = client.get("/api/programmes", params={name: values})
        assert answer.status_code == 200, (name, answer.text)
    assert client.get("/api/programmes", params=asked).status_code == 200
