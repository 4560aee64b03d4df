"""The API's description (OpenAPI): what FastAPI makes of routes and models, with what people need to read it.

described.yml says in Japanese what each model and each of its fields is, with an example; values of facets come from
the vocabulary.
"""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import yaml
from fastapi import FastAPI

from indexer.vocab import labels
from search_api.errors import PROBLEM
from search_api.parameters import MODELS

Values = dict[str, Any]

FACETS = {"Kind": "kind", "Level": "issuer_level", "State": "state"}
"""Models whose values the vocabulary names."""
_ITSELF = ""
_REFERENCE = "#/components/schemas/"


@cache
def told() -> dict[str, dict[str, Any]]:
    """By model: what each of its fields is (under "" the model itself), a text or a pair of text and example."""
    found: dict[str, dict[str, Any]] = {}
    for names, said in yaml.safe_load(
        resources.files(__package__).joinpath("described.yml").read_text("utf-8")
    ).items():
        for name in names.split(", "):
            found.setdefault(name, {}).update(said)
    for name, facet in FACETS.items():
        values = "、".join(f"{each.id} {each.name}" for each in labels.labels(facet).values())
        found[name][_ITSELF] += values
    return found


def example(models: Values, model: str, field: str) -> Any:
    """The example of a field; where only its text is given, its parts' examples, once. `models` as schemas."""
    said = told()[model][field]
    if isinstance(said, list):
        return said[1]
    schema = models[model]["properties"][field]
    part = next(_references(schema))
    whole = {each: example(models, part, each) for each in models[part]["properties"]}
    return [whole] if schema.get("type") == "array" else whole


def _references(schema: Any) -> Iterator[str]:
    """The names of the models that a schema refers to."""
    if isinstance(schema, dict):
        for key, each in schema.items():
            if key == "$ref":
                yield each.removeprefix(_REFERENCE)
            else:
                yield from _references(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _references(each)


def describe(app: FastAPI) -> None:
    """Has the application describe itself so."""
    described = app.openapi

    def openapi() -> Values:
        if app.openapi_schema is None:
            schema = described()
            schema["components"]["schemas"] |= MODELS
            _describe_models(schema["components"]["schemas"])
            for operation in (each for path in schema["paths"].values() for each in path.values()):
                _describe_errors(operation)
        return described()

    app.openapi = openapi  # type: ignore[method-assign]


def _describe_models(models: Values) -> None:
    for model, said in told().items():
        schema = models.get(model)
        if schema is None:
            continue
        schema["description"] = said[_ITSELF]
        for field, values in schema.get("properties", {}).items():
            if field in said:
                values["examples"] = [example(models, model, field)]
                values["description"] = said[field][0] if isinstance(said[field], list) else said[field]


def _describe_errors(operation: Values) -> None:
    """Errors are problem documents: the description names their media type, which FastAPI takes for JSON's own."""
    for status, answer in operation["responses"].items():
        if status >= "400" and "application/json" in answer.get("content", {}):
            answer["content"][PROBLEM] = answer["content"].pop("application/json")
