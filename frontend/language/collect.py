"""Brings the catalogues up to date with what pages say: `python -m frontend.language.collect`.

Messages stand in the templates, in the words of this package, and in the vocabulary, whose names are told apart by
their facet. What is no longer said leaves the catalogues; what is new waits in them with an empty translation.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from frontend import files
from frontend.language import ROOM, Language
from frontend.words.troubles import WHY
from frontend.words.vocabulary import EXPLAINED
from indexer.vocab import labels
from search_api import fit
from search_api.models import NEWS

PAGES = ROOM.parent
METHODS = [("language/**", "ignore"), ("staff/**", "ignore"), ("templates/staff/**", "ignore"), ("**.py", "python"),
           ("templates/**.html", "jinja2.ext:babel_extract")]  # fmt: skip
OPTIONS = {"templates/**.html": {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
NAMED = ("kind", "theme", "stage", "lever", "field", "industry", "issuer_level", "state", "size")
"""Facets whose values are named on pages."""
SAID = {
    "guide.yml": {"name", "text", "ask", "what", "free", "small", "invest"},
    "emission_factors.yml": {"name", "hint", "note", "valid_for", "no_number", "negative", "too_big", "months", "per"},
    "reading.yml": {"name", "noun", "intro", "note", "industry", "size", "theme", "field"},
    "accessibility.yml": {"scope", "environment", "auto", "browser", "look", "open"},
}
"""Which values of the data files of pages are said, by their keys."""
UNSAID = {"path_sources"}
"""Names of others' documents, which stay as they are."""


def messages() -> Catalog:
    """All that is said, untranslated, in the order of the files."""
    found = Catalog()
    for file, _, message, _, context in extract_from_dir(PAGES, METHODS, OPTIONS, KEYWORDS):
        found.add(message, locations=[(f"frontend/{file}", 0)], context=context)
    for facet in NAMED:
        for each in labels.labels(facet).values():
            found.add(each.name, locations=[("indexer/vocab", 0)], context=facet)
            if facet in EXPLAINED:
                found.add(each.help, locations=[("indexer/vocab", 0)], context=facet)
    for file, keys in SAID.items():
        for message in said(files.values(file), keys):
            found.add(message, locations=[(f"frontend/data/{file}", 0)])
    for name in NEWS.values():
        found.add(name, locations=[("search_api/models.py", 0)], context="news")
    for reason in (*WHY, *fit.SENTENCES, *fit.SIZES.values()):
        found.add(reason, locations=[("search_api", 0)])
    return found


def said(values: Any, keys: set[str], key: str = "") -> Iterator[str]:
    """The texts under these keys, however deep.

    >>> list(said({"name": "節水", "q": "水", "path": [{"text": "診る"}],
    ... "path_sources": [{"name": "省"}]}, {"name", "text"}))
    ['節水', '診る']
    """
    if isinstance(values, dict):
        for name, value in values.items():
            if name not in UNSAID:
                yield from said(value, keys, name)
    elif isinstance(values, list):
        for each in values:
            yield from said(each, keys, key)
    elif isinstance(values, str) and key in keys:
        yield values


def path(language: Language) -> Path:
    return ROOM / f"{language}.po"


def read(language: Language) -> Catalog:
    with path(language).open("rb") as source:
        return read_po(source, locale=language.tag)


def main() -> None:
    for language in (Language.EASY, Language.EN):
        catalogue = read(language) if path(language).exists() else Catalog(locale=language.tag)
        catalogue.update(messages(), no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.fuzzy, catalogue.header_comment = False, f"# What pages say, in {language}."
        with path(language).open("wb") as target:
            write_po(target, catalogue, width=0, sort_output=True, include_lineno=False)
        print(f"{path(language).name}: {sum(not each.string for each in catalogue if each.id)} without a translation")


if __name__ == "__main__":
    main()
