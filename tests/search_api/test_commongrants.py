"""CommonGrants, read with the protocol's own client and checked against its own models."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from common_grants_sdk.client import Client
from common_grants_sdk.client.auth import Auth
from common_grants_sdk.client.config import Config
from common_grants_sdk.schemas.pydantic.models import OpportunityBase
from fastapi.testclient import TestClient

from indexer.schema import uuid_of

pytestmark = pytest.mark.engine


@pytest.fixture
def grants(client: TestClient) -> Iterator[Client]:
    """The protocol's client, whose requests the application answers."""

    def answer(request: httpx.Request) -> httpx.Response:
        got = client.get(str(request.url.copy_with(scheme="http", host="testserver")))
        return httpx.Response(got.status_code, content=got.content, headers={"Content-Type": "application/json"})

    made = Client(Config(base_url="http://testserver", api_key="none", page_size=3), Auth.bearer("none"))
    made.http = httpx.Client(transport=httpx.MockTransport(answer))
    yield made


def listed(grants: Client) -> dict[str, OpportunityBase]:
    return {each.identifiers.other_ids["shien"].id: each for each in grants.opportunities.list().items}


def test_every_subsidy_and_loan_and_nothing_else(grants: Client) -> None:
    assert {int(each[-4:]) for each in listed(grants)} == {1, 2, 3, 4, 5, 7, 8, 9, 10, 12}


def test_status_money_and_dates_are_what_was_read(grants: Client) -> None:
    found = listed(grants)
    first = found["invented-0001"]
    assert first.status.value == "open"
    assert (first.funding.max_award_amount.amount, first.funding.max_award_amount.currency) == ("10000000", "JPY")
    assert first.funding.details == "上限1,000万円、2/3以内"
    assert (str(first.key_dates.close_date.date), str(first.key_dates.close_date.time)) == ("2026-12-25", "17:00:00")
    assert first.funders.primary.name == "東京都"
    assert first.custom_fields["areas"].value == ["13"] and first.custom_fields["rate"].value == "2/3"
    third = found["invented-0003"].key_dates.close_date
    assert (str(third.date), third.time) == ("2026-08-28", None), "a day without a time has none"
    states = {int(id[-4:]): each.status.value.value for id, each in found.items()}
    assert (states[7], states[8], states[10]) == ("forecasted", "closed", "open")
    assert found["invented-0010"].key_dates is None and "areas" not in found["invented-0010"].custom_fields


def test_one_by_its_uuid(grants: Client) -> None:
    found = grants.opportunities.get(str(uuid_of("invented-0005")))
    assert found.title == "福岡市 太陽光発電設備補助金"
    assert str(found.source) == "http://testserver/programmes/invented-0005"


def test_what_is_no_opportunity_is_not_found(client: TestClient) -> None:
    for id in (uuid4(), uuid_of("invented-0006"), uuid_of("invented-0011")):
        answer = client.get(f"/common-grants/opportunities/{id}")
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert client.get("/common-grants/opportunities/none").status_code == 422
    assert client.get("/common-grants/opportunities?pageSize=101").status_code == 422


def test_pages_are_counted(client: TestClient) -> None:
    answer = client.get("/common-grants/opportunities?page=1&pageSize=4").json()
    assert answer["paginationInfo"] == {"page": 1, "pageSize": 4, "totalItems": 10, "totalPages": 3}
