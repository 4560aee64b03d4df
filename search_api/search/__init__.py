"""One question, answered: the only reader of the engine. The API, the pages, feeds and exports all ask here."""

from search_api.search.hits import area_label, as_shown, derived
from search_api.search.searcher import Searcher

__all__ = ["Searcher", "area_label", "as_shown", "derived"]
