"""Collections of featured cases as the public sees them: from the store, so that they show at the minute."""

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool

from indexer import curate
from indexer.featuring import Content, marked, showing
from search_api.models import Chosen, Collection
from search_api.search import as_shown
from search_api.services import Own, Services

router = APIRouter()


@router.get("/api/collections", summary="注目の事例の特集", operation_id="collections")
async def collections(own: Own) -> list[Collection]:
    """職員が選んだ事例と支援。いま掲載中の特集を、掲載の順に。"""
    return await run_in_threadpool(shown, own)


def shown(own: Services) -> list[Collection]:
    """What shows now; none of its collections is empty."""
    found = [
        filled(own, each.id, Content.model_validate(edition.content), edition.shows_from, edition.shows_until)
        for each, edition in showing(own.store, own.now())
    ]
    return [each for each in found if each.programmes]


def filled(own: Services, id: int, content: Content, since: str = "", until: str = "") -> Collection:
    """A collection with its programmes as they are now; without those that are no longer shown to the public."""
    now, chosen = own.now(), own.editions.look().featured
    programmes: dict[str, Chosen] = {}
    for each in content.entries:
        found = curate.whole(own.store, each.programme)
        if found is None:
            continue
        lead = found.record.programme.id
        values = curate.shown(marked(found, [lead], chosen), own.store.history(lead), now)
        programmes.setdefault(lead, Chosen(note=each.note, programme=as_shown(values, now)))
    return Collection(
        id=id,
        title=content.title,
        intro=content.intro,
        shows_from=since or None,
        shows_until=until or None,
        programmes=tuple(programmes.values()),
    )
