"""Questions that nobody would think of, made from the API's own description (schemathesis), and what is wrong with
the answers: a crash, a status or a shape that the description does not have.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@dataclass
class Asked:
    """How often each operation was asked, by status, and what was wrong."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.requests.total()


def fuzz(app: FastAPI, each: int, *, seeded: bool = True) -> Asked:
    """Asks every operation up to `each` times. The application has to be running (its lifespan)."""
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    told = Asked()
    for result in schema.get_all_operations():
        operation = result.ok()

        def ask(case: Any) -> None:
            response = case.call()
            told.requests[case.operation.label, response.status_code] += 1
            try:
                case.validate_response(response, checks=CHECKS)
            except Exception as error:  # Every kind of failure is told, and the next question asked.
                told.wrong.append(f"{case.method} {response.request.url}: {error}"[:2000])

        limits = settings(
            max_examples=each,
            deadline=None,
            database=None,
            derandomize=seeded,
            phases=[Phase.explicit, Phase.generate],
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )
        limits(given(case=operation.as_strategy())(ask))()
    return told
