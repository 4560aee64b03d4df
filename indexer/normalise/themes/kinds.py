"""What a listing is: the source's own word, the head of the title, or the layout of the text."""

from typing import Final

from indexer.normalise.text import fold
from indexer.normalise.themes.lexicon import SHORT, lexicon
from indexer.normalise.themes.reading import ENOUGH, Reading

OTHER: Final = "other"
"""The kind of a listing that offers firms nothing to use (a tender, advertising space). No id of the vocabulary."""

SOURCE_WORD: Final = 7.0
"""The source's own word for the kind, against the weights of kinds.yml."""

PAGE_LABEL: Final = 5.0
"""The source's word for the kind at the start of a text, where pages print their labels."""

KIND_IN_TEXT: Final = 5.0
"""The most that the words of a text say for a kind."""

UNINVITING: Final = 4.0
"""A text that invites nobody, for the kind `case`."""

COMPANY: Final = 4.0
"""A company named as the author of a title (「…：株式会社…」), for the kind `case`."""

PORTRAIT: Final = 8.0
"""Someone presented with the place (「…：青山商工会（青山県青山市）」) or in a profile, for the kind `case`."""

TOLD_OF = frozenset({"case", "qa"})


def kind(reading: Reading, said: str, source: str, *, issued: bool) -> str:
    words, tally, title = lexicon(), reading.kind, reading.title
    # 経営支援の現場から 「地域編」
    heads = (fold(said.strip()), fold(said).split(maxsplit=1)[0] if said.strip() else "")
    section = next((words.kind_of_source[head] for head in heads if head in words.kind_of_source), "")
    if section in TOLD_OF:
        tally.most("title", section, SOURCE_WORD, said.strip())
        return section  # What a case or an answer tells of is no kind of its own.
    told = [word for word in (title.source_word, said.strip()) if fold(word) in words.kind_of_source]
    for word in told:
        tally.most("title", words.kind_of_source[fold(word)], SOURCE_WORD, word)
    for word, kind in words.kind_of_source.items():
        if len(word) >= SHORT and reading.text.startswith(word):
            told.append(word)
            tally.most("title", kind, PAGE_LABEL, word)
    if source in words.kind_of_name:
        tally.most("title", words.kind_of_name[source], SOURCE_WORD)
    for tail, kind, weight in words.tails:
        if title.main.endswith(tail):
            # 保証制度 is more than a 制度.
            if len(reading.closing) <= len(tail) or _says(reading.closing, kind):
                tally.most("title", kind, weight, tail)
            break
    if title.company:
        tally.most("title", "case", COMPANY, title.company)
    portrait = title.portrait or bool(words.profile.search(reading.text))
    if portrait:
        tally.most("title", "case", PORTRAIT, title.issuer)
    scores = {kind: tally.title(kind) + min(tally.text(kind), KIND_IN_TEXT) for kind in words.kinds}
    if reading.text and not told and (title.company or not issued) and not words.inviting.search(reading.text):
        scores["case"] += UNINVITING
    if issued and not (title.company or portrait) and "case" not in (words.kind_of_source[fold(word)] for word in told):
        scores["case"] = 0  # Who issues something offers or announces it; a case tells of a firm.
    best = max(scores, key=lambda kind: scores[kind])
    if scores[best] >= ENOUGH:
        return best
    if not reading.text:
        return "subsidy"  # registers of programmes give bare names
    # An article names its issuer behind the title, there or in the text; what is left tells of a firm.
    return "news" if issued or f"{title.text}:" in reading.text else "case"


def _says(word: str, kind: str) -> bool:
    return any(effect.facet == "kind" and effect.label == kind for effect in lexicon().effects.get(word, ()))
