"""In which language a page speaks: Japanese, plain Japanese, or English. What a source published stays as it is.

A message is the Japanese text itself; en.po and easy.po, which any editor of GNU gettext opens, say it otherwise.
`python -m frontend.language.collect` brings them up to date with the pages.
"""

import io
from contextvars import ContextVar
from enum import StrEnum
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

ROOM = Path(__file__).parent


class Language(StrEnum):
    """Its value stands in addresses and in the cookie."""

    JA = "ja"
    EASY = "easy"
    EN = "en"

    @property
    def tag(self) -> str:
        """For `lang` attributes and for what the computer knows of languages (BCP 47)."""
        return "en" if self is Language.EN else "ja"

    @property
    def own_name(self) -> str:
        return {Language.JA: "日本語", Language.EASY: "やさしい日本語", Language.EN: "English"}[self]


spoken: ContextVar[Language] = ContextVar("spoken", default=Language.JA)
"""The language of the request that is being answered."""


@cache
def catalogue(language: Language) -> NullTranslations:
    if language is Language.JA:
        return NullTranslations()
    with (ROOM / f"{language}.po").open("rb") as source:
        messages = read_po(source, locale=language.tag)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


def gettext(message: str) -> str:
    """The message in the language of the request.

    >>> at = spoken.set(Language.EN)
    >>> gettext("探す"), ngettext("{count:,}件", "{count:,}件", 2).format(count=2)
    ('Search', '2 programmes')
    >>> spoken.reset(at)
    >>> gettext("探す")
    '探す'
    """
    return str(catalogue(spoken.get()).gettext(message))


def ngettext(one: str, many: str, count: int) -> str:
    return str(catalogue(spoken.get()).ngettext(one, many, count))


def pgettext(context: str, message: str) -> str:
    """A message whose meaning hangs on where it stands: `context` tells the same words apart."""
    return str(catalogue(spoken.get()).pgettext(context, message))


def npgettext(context: str, one: str, many: str, count: int) -> str:
    return str(catalogue(spoken.get()).npgettext(context, one, many, count))
