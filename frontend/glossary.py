"""What the words on the pages mean."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from frontend.rendering import page
from indexer.vocab import labels

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

FACETS = ("state", "kind", "stage", "theme", "lever", "issuer_level")


@router.get("/words")
async def glossary(request: Request) -> Response:
    """words.html: vocabulary (labels by facet)."""
    return page(request, "words.html", vocabulary={facet: labels.labels(facet) for facet in FACETS})
