"""What the words on the pages mean."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from frontend.rendering import page
from frontend.words.vocabulary import EXPLAINED, vocabulary

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/words")
async def glossary(request: Request) -> Response:
    """words.html: vocabulary (names by facet and value)."""
    return page(request, "words.html", vocabulary={facet: vocabulary(facet) for facet in EXPLAINED})
