"""Questions that nobody would think of, made from the API's own description (schemathesis), and what is wrong with
the answers: a crash, a status or a shape that the description does not have.
"""

import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

PATIENCE_SECONDS = 120
"""A machine that does much else answers late, which is no fault of the answer."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@dataclass
class Asked:
    """How often each operation was asked, by status, and what was wrong."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.requests.total()


def known(address: str) -> dict[str, list[str]]:
    """Some values of parameters in paths that there is something at: by chance nobody would hit one."""

    def read(path: str) -> Any:
        with urllib.request.urlopen(f"{address}{path}") as answer:
            return orjson.loads(answer.read())

    return {
        "id": [each["id"] for each in read("/api/programmes?state=any")["hits"]],
        "oppId": [each["id"] for each in read("/common-grants/opportunities")["items"]],
    }


def fuzz(address: str, each: int) -> Asked:
    """Asks every operation of the API at this address up to `each` times, with the same questions in every run."""
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    told, there = Asked(), known(address)
    for result in schema.get_all_operations():
        operation = result.ok()

        def ask(case: Any, draw: st.DataObject) -> None:
            for name in set(case.path_parameters or ()) & set(there):
                case.path_parameters[name] = draw.draw(
                    st.sampled_from([case.path_parameters[name], *there[name]]), label=name
                )
            response = case.call(timeout=PATIENCE_SECONDS)
            told.requests[case.operation.label, response.status_code] += 1
            try:
                case.validate_response(response, checks=CHECKS)
            except FailureGroup as error:  # Told, and the next question asked.
                told.wrong.append(f"{case.method} {response.request.url}: {error}"[:2000])

        limits = settings(
            max_examples=each,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )
        limits(given(case=operation.as_strategy(), draw=st.data())(ask))()
    return told
