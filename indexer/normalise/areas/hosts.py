"""What the host of a page says: city.hamamatsu.shizuoka.jp, pref.aichi.jp, kyushu.meti.go.jp."""

import re
from functools import lru_cache
from itertools import pairwise
from urllib.parse import urlsplit

from indexer.normalise.areas.evidence import Hints, Said, decide
from indexer.vocab import regions

# Hosts that carry other bodies' announcements: they say nothing about the place.
_AGGREGATORS = ("j-net21.smrj.go.jp", "jgrants-portal.go.jp", "mirasapo-plus.go.jp", "mirasapo.jp", "g_book")
_KINDS = {
    "city": "市区", "shi": "市", "ward": "区", "ku": "区", "town": "町", "cho": "町", "machi": "町",
    "vill": "村", "village": "村", "mura": "村", "son": "村",
}  # fmt: skip
_METI_HOSTS = {
    "hkd": "北海道", "tohoku": "東北", "kanto": "関東", "chubu": "中部",
    "kansai": "近畿", "kinki": "近畿", "chugoku": "中国", "shikoku": "四国", "kyushu": "九州",
}  # fmt: skip
_NATIONAL_HOSTS = ("sii.or.jp", "jcci.or.jp", "zenkoku.or.jp", "jfc.go.jp", "shokochukin.co.jp")

# Prefectures' own centres for small firms (中小企業支援法 article 7) whose host does not name the prefecture.
_CENTRES = {
    "aibsc.jp": "23", "fisc.jp": "18", "g-inf.or.jp": "10", "gpc-gifu.or.jp": "21", "hiwave.or.jp": "34",
    "infosaga.or.jp": "41", "isico.or.jp": "17", "kagawa-isf.jp": "37", "kisc.or.jp": "46", "kmt-ti.or.jp": "43",
    "mepo.or.jp": "45", "miesc.or.jp": "24", "our-think.or.jp": "36", "shigotozaidan.or.jp": "13",
    "tokyo-kosha.or.jp": "13", "tonio.or.jp": "16", "toriton.or.jp": "31", "yarukiouendan.or.jp": "30",
    "yipf.or.jp": "35", "yiso.or.jp": "19",
}  # fmt: skip


_WITH_KIND = re.compile(r"(.{3,})(?:machi|cho|mura|son|shi)")
# Hosts whose name several municipalities share, and which one of them uses.
_OWNED = {"city.sakai.lg.jp": "27140", "city.chuo.lg.jp": "13102"}


@lru_cache(maxsize=1)
def _romaji() -> tuple[dict[str, str], dict[str, tuple[regions.Region, ...]]]:
    """(prefectures by the spelling of their stem, municipalities by the spelling of theirs)."""
    prefectures = {regions.spelling(r.romaji.partition("-")[0]): r.code for r in regions.children("JP")}
    found: dict[str, list[regions.Region]] = {}
    for region in regions.all():
        if len(region.code) == 5 and not region.is_ward:
            found.setdefault(regions.spelling(region.romaji.partition("-")[0]), []).append(region)
    return prefectures, {stem: tuple(places) for stem, places in found.items()}


def _municipalities(label: str, kinds: str, prefecture: str | None) -> tuple[str, ...]:
    """Codes of the municipalities a host's label names: hamamatsu, hyogo-taishi."""
    prefectures, places = _romaji()
    first, _, rest = label.partition("-")
    if rest and (inner := prefectures.get(regions.spelling(first))):
        within = _municipalities(rest, kinds, inner)
        if within:
            return within
    found = places.get(regions.spelling(label), ())
    if not found and (named := _WITH_KIND.fullmatch(label)):
        found = places.get(regions.spelling(named[1]), ())
    return tuple(r.code for r in found if r.name[-1] in kinds and (prefecture is None or r.parent == prefecture))


def host(url: str, hints: Hints) -> tuple[Said, bool]:
    """(what the host says, whether it is the issuer's own site). Weak evidence: a prefecture's name in a host."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return Said(), False
    if not host or len(host) > 253 or any(host == name or host.endswith("." + name) for name in _AGGREGATORS):
        return Said(), False
    # hostname is in lower case; raw must be what stands in the input.
    at = url.lower().find(host)
    raw = url[at : at + len(host)]
    prefectures, _ = _romaji()
    labels = host.split(".")
    following = dict(pairwise(labels))
    named = [prefectures[spelt] for label in labels if (spelt := regions.spelling(label)) in prefectures]

    domain = ".".join(labels[-3:] if labels[-2:-1] == ["or"] else labels[-2:])
    if owner := _OWNED.get(host.removeprefix("www.")) or _CENTRES.get(domain):
        return Said((owner,), raw=raw), True
    if "metro" in labels and "tokyo" in labels:
        return Said(("13",), raw=raw), True
    for label in labels:
        if label == "pref" or label.startswith("pref-") or label.endswith("-pref"):
            stem = following.get(label, "") if label == "pref" else label.removeprefix("pref-").removesuffix("-pref")
            if code := prefectures.get(regions.spelling(stem)):
                return Said((code,), raw=raw), True
    for at, label in enumerate(labels):
        kinds, stem, after = "", "", labels[at + 1 : at + 2]
        if label in _KINDS and after:
            kinds, stem = _KINDS[label], after[0]
            state = [prefectures[s] for x in labels[at + 2 :] if (s := regions.spelling(x)) in prefectures]
        else:
            pieces = label.split("-")
            kind = next((piece for piece in (pieces[0], pieces[-1]) if piece in _KINDS), "")
            if len(pieces) > 1 and kind:
                kinds = _KINDS[kind]
                stem = "-".join(pieces[1:] if pieces[0] == kind else pieces[:-1])
            elif glued := re.fullmatch(r"(.{3,})(city|town|vill)", label):
                kinds, stem = _KINDS[glued[2]], glued[1]
            elif following.get(label) == "lg" and regions.spelling(label) not in prefectures:
                kinds, stem = "市区町村", label
            state = [code for code in named if regions.spelling(label) != code]
        if not kinds or stem == "tokyo":
            continue
        codes = _municipalities(stem, kinds, state[0] if state else None) or _municipalities(stem, kinds, None)
        if codes:
            if len(codes) > 1 and (decided := decide(codes, hints)):
                codes = (decided,)
            return (Said(codes, raw=raw) if len(codes) == 1 else Said(undecided=codes, raw=raw)), True
    if chamber := re.search(r"(?:^|\.)([a-z]+)[.-]?cci\.|(?:^|\.)cci-?([a-z]+)\.", host):
        stem = chamber[1] or chamber[2]
        if regions.spelling(stem) == "tokyo":
            return Said(("13",), raw=raw), True
        codes = _municipalities(stem, "市", None)
        if len(codes) == 1:
            return Said(codes, raw=raw), True
    if host.endswith(".meti.go.jp"):
        for label in labels:
            if label in _METI_HOSTS:
                return Said(regions.BUREAUS[_METI_HOSTS[label] + "経済産業局"], raw=raw), True
    if host == "jsite.mhlw.go.jp":
        office = parts.path.strip("/").partition("-")[0]
        if code := prefectures.get(regions.spelling(office)):
            return Said((code,), raw=raw), True
    if host.endswith(".ogb.go.jp") or host == "ogb.go.jp":
        return Said(("47",), raw=raw), True
    if host.endswith(".go.jp") or any(host == name or host.endswith("." + name) for name in _NATIONAL_HOSTS):
        return Said(national=True, raw=raw), False
    if host.endswith((".or.jp", ".lg.jp")) or (labels[-1] == "jp" and (named or len(labels) <= 3)):
        words = {piece for label in labels for piece in label.split("-")}
        states = {prefectures[spelt] for piece in words if (spelt := regions.spelling(piece)) in prefectures}
        if len(states) == 1:
            return Said(tuple(states), raw=raw), False
    return Said(), False
