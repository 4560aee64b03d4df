"""What every page of a subscription shares: the subscription that a link is for, and answers that nobody keeps."""

from fastapi import Request
from fastapi.responses import Response

from frontend.alerts.links import CONFIRM
from frontend.rendering import error_page
from indexer.alerts.subscriptions import MOST_EACH
from indexer.keys import Keys, keys
from indexer.store import Subscription
from search_api.services import Services

FULL = f"この宛先には、すでに{MOST_EACH}件のお知らせが登録されています。使っていないものを解除してください。"
"""There are enough subscriptions to one target."""


class Ended(Exception):
    """The link of a subscription leads nowhere, or no longer."""


def subscription_of(own: Services, purpose: str, token: str) -> Subscription | None:
    """The subscription that a link is for; None where it ended, or the link is none of ours."""
    sealing: Keys = keys(own.settings)
    id = sealing.id_of(purpose, token)
    found = own.store.subscription(id) if id else None
    return found if found and (purpose == CONFIRM or found.confirmed) else None


async def ended(request: Request, error: Exception) -> Response:
    """error.html: the answer to a link that leads nowhere, or no longer."""
    return private(
        error_page(
            request,
            404,
            "このリンクは使えません",
            "お知らせが解除されたか、確定の期限が過ぎたか、アドレスが途中で切れています。"
            "もう一度受け取るには、検索のページから登録してください。",
        )
    )


def private(response: Response) -> Response:
    """Links that are keys: kept nowhere, passed on to nobody, found by no search engine."""
    response.headers["Cache-Control"] = "no-store"
    # With no-referrer browsers would hide from us, too, that a form is our own.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
