"""Reads pages that nobody has described: the list of programmes on a list page, the facts on a programme's page.

Municipal and foundation sites are made with a dozen systems and by hand, but a list is always a block that repeats
around links, and facts are always labels with values. Pure functions over HTML; nothing is interpreted.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urljoin, urlsplit

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PreformattedString

FILES = (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".zip", ".csv")
AROUND = (
    "script, style, noscript, template, iframe, svg, form, nav, aside, header, footer, [role=navigation], "
    "[role=banner], [role=contentinfo], .breadcrumb, .breadcrumbs, #breadcrumb, #breadcrumbs, .topicpath, #topicpath, "
    "#topic-path, .pankuzu, #pankuzu, #header, #footer, #nav, #gnav, #globalnav, #side, #sidebar, .sidebar, #lnav, "
    ".lnav, .sns, .pager, .pagination, .pagetop"
)
MAIN = (
    "main, [role=main], #main_contents, #maincontents, #main-contents, #maincontent, #tmp_contents, #honbun, "
    "#main_body, #main, #contents, #content, .main_contents, .main-contents, .main, .contents, .content, article"
)
DATE = re.compile(
    r"(?:令和|平成|R|H)\s*(?:\d{1,2}|元)\s*[年.．/]\s*\d{1,2}\s*[月.．/]\s*\d{1,2}\s*日?"
    r"|\d{4}\s*[年./／．\-]\s*\d{1,2}\s*[月./／．\-]\s*\d{1,2}\s*日?"
)
RANGE = re.compile(r"[～〜~]|から|まで|締切|期限|期間")
PROGRAMME = re.compile(
    r"補助|助成|支援|給付|奨励|融資|貸付|利子|保証|税|募集|公募|交付|セミナー|講座|講習|説明会|研修|相談|診断|派遣|事業"
    r"|窓口|制度|認定|表彰|省エネ|脱炭素|再エネ|太陽光|創業|起業|事例"
)
# What a site repeats on all its pages.
ELSEWHERE = re.compile(
    r"^(?:ホーム|トップ|戻る|一覧|もっと見る|次へ|前へ|次の\d+件|前の\d+件|詳細|こちら|サイトマップ|お問い?合わ?せ|アクセス"
    r"|個人情報|プライバシー|免責|著作権|English|文字|ログイン|RSS|Facebook|Twitter|Instagram|\d+|[<>«»＜＞].*"
    r"|.*(?:Reader|リーダー)のダウンロード.*|.*Adobe.*|ページの?(?:先頭|トップ)へ.*|本文へ.*)$",
    re.IGNORECASE,
)
ITEMS = ("tr", "li", "dd", "article", "section", "div", "p", "a", "h2", "h3", "h4", "td")
CLIMB = 7
LEAST = 2
LABEL = 24
_BULLET = r"[\s　■□●○◆◇▼▽▲△★☆・◎※▶►\-–—*＊]*"
LABELS = (
    r"募集期間|受付期間|申請期間|申込期間|公募期間|募集期限|申請期限|受付期限|申込期限|応募期限|締切日?|〆切|実施期間|事業期間|対象期間"
    r"|開催日時?|開催期間|日時|日程|会期|会場|場所|開催場所|定員|参加費|受講料|費用|料金|講師|主催"
    r"|対象者|対象事業者|対象企業|補助対象者?|助成対象者?|対象|応募資格|申請資格|資格|要件|対象経費|補助対象経費|助成対象経費|対象事業|補助対象事業"
    r"|対象設備|補助率|助成率|補助金額|補助額|補助上限額?|助成金額|助成額|助成限度額|補助限度額|上限額|限度額|融資限度額|融資利率|利率|融資期間|返済期間"
    r"|資金使途|予算額|予算|申請方法|申込方法|応募方法|手続き?|申請先|提出先|提出書類|必要書類|申請書類|様式"
    r"|問い?合わ?せ先?|お問い?合わ?せ先?|担当課?|担当部署|所管課?|連絡先|実施機関|実施主体|目的|概要|事業概要|制度概要|事業内容|内容|趣旨|備考|注意事項|その他"
)
_NUMBER = r"(?:[（(]?[0-9０-９一二三四五六七八九十]{1,2}(?:[)）.．、]\s*|\s+))?"
_HEADED = re.compile(
    rf"^{_BULLET}{_NUMBER}(?:[【\[［〔（(]\s*(?P<a>[^】\]］〕）)]{{1,{LABEL}}})\s*[】\]］〕）)]|(?P<b>{LABELS})\s*[：:])"
    r"\s*(?P<v>.*)$"
)
_HEADING = re.compile(rf"^{_BULLET}{_NUMBER}(?P<label>.{{0,14}}(?:{LABELS}).{{0,6}})$")
_MARKED = re.compile(rf"^\s*[■□●○◆◇▼▽▲△★☆◎]\s*(?P<label>[^：:。]{{2,{LABEL}}})$")
_UPDATED = re.compile(
    r"(?:更新日|掲載日|公開日|登録日|発行日|最終更新日?|ページ更新日)\s*[：:]?\s*(?P<date>" + DATE.pattern + ")"
)
_SIZE = re.compile(
    r"[\s　]*[（(\[［](?:(?:PDF|エクセル|ワード|Excel|Word|EXCEL|WORD|ZIP|CSV|xlsx?|docx?)[^）)\]］]*"
    r"|[^）)\]］]*(?:KB|MB|キロバイト|メガバイト|バイト)[^）)\]］]*)[）)\]］]",
    re.IGNORECASE,
)
_OFFICE = re.compile(r"^[^\s、。：:（）()]{1,30}(?:課|室|係|局|部|センター|財団|公社|機構|協会|商工会|会議所|事務所)$")
DEPARTMENT = re.compile(r"担当課?|担当部署|所管課?|部署|部局|実施機関|実施主体|問い?合わ?せ")
TITLES = re.compile(r"名称|件名|公募名|事業名|補助金名|制度名|タイトル|内容|セミナー名|講座名|案件")


@dataclass(frozen=True)
class Entry:
    """A line of a list page. `cells` are the other columns of its row by their headings, `text` all of its words."""

    title: str
    url: str
    date: str = ""
    department: str = ""
    text: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    files: tuple[tuple[str, str], ...] = ()

    @property
    def is_file(self) -> bool:
        return is_file(self.url)


@dataclass(frozen=True)
class Page:
    """A programme's page. `facts` are its labels with their values, `files` (name, address) what can be downloaded."""

    title: str
    body: str
    facts: dict[str, str]
    files: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    date: str = ""
    department: str = ""

    def fact(self, pattern: str) -> str:
        """The value of the first label that holds the pattern, "" for none."""
        return next((value for label, value in self.facts.items() if re.search(pattern, label)), "")


def decoded(body: bytes, declared: str = "") -> str:
    """The text of a page in whichever of Japan's encodings it is; `declared` is believed where it fits.

    >>> decoded("補助金".encode("euc_jp"), "utf-8")
    '補助金'
    """
    named = re.search(rb"charset\s*=\s*[\"']?([\w-]+)", body[:2048], re.IGNORECASE)
    asked = [declared, named[1].decode("ascii") if named else ""]
    names = {"shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932", "windows-31j": "cp932"}
    for encoding in (*(names.get(each.lower(), each) for each in asked), "utf-8", "euc_jp", "cp932", "iso2022_jp"):
        try:
            text = body.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding or "ascii")
        except (UnicodeDecodeError, LookupError):
            continue
        # EUC read as cp932 can pass, as half-width katakana that nobody writes in such numbers.
        if len(re.findall("[｡-ﾟ]", text)) <= 0.1 * len(text):
            return text
    found = [(body.decode(each, "replace"), each) for each in ("utf-8", "cp932", "euc_jp")]
    return min(found, key=lambda pair: pair[0].count("\ufffd"))[0]


def is_file(url: str) -> bool:
    return urlsplit(url).path.lower().endswith(FILES)


def words(node: Tag | NavigableString | None) -> str:
    """The text of an element in one line."""
    if node is None:
        return ""
    text = node.get_text(" ") if isinstance(node, Tag) else str(node)
    return re.sub(r"\s+", " ", text).strip()


def lines(node: Tag) -> str:
    """The text of an element, a line a block; a label and its value share one: 募集期間：7月1日から."""
    parts: list[str] = []
    for each in node.descendants:
        if isinstance(each, PreformattedString):
            continue
        if isinstance(each, NavigableString):
            parts.append(re.sub(r"\s+", " ", str(each)))
        elif isinstance(each, Tag) and BLOCKS.fullmatch(each.name):
            parts.append(JOINT if _is_value(each) else "\n")
    joined = re.sub(rf"\s*{JOINT}\s*", "：", "".join(parts))
    return re.sub(r"[ 　]*\n\s*", "\n", joined).strip()


JOINT = "\x00"


def _is_value(node: Tag) -> bool:
    """Is it the cell or description right behind a short label?"""
    before = node.find_previous_sibling()
    labels = {"td": "th", "dd": "dt"}
    return (
        isinstance(before, Tag)
        and before.name == labels.get(node.name)
        and len(words(before)) <= LABEL
        and not words(before).endswith(("：", ":"))
        and (node.name == "dd" or len(node.find_previous_siblings()) in (1, 3))
    )


BLOCKS = re.compile(
    "address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure|h[1-6]|hr|li|ol|p|pre|section|table|tbody|td|th"
    "|thead|tr|ul"
)


def parsed(html: str) -> BeautifulSoup:
    # A link ends where the next one begins, as in every browser; libxml2 would nest them.
    return BeautifulSoup(re.sub(r"<a(?=\s)", "</a><a", html, flags=re.IGNORECASE), "lxml")


def content(page: BeautifulSoup, css: str = "") -> Tag:
    """The part of a page that is its own, without what the site repeats. `css` names it where it cannot be found."""
    if css:
        chosen = page.select_one(css)
        if chosen is None:
            raise ValueError(f"nothing matches {css!r}: the layout changed")
        found: Tag = chosen
    else:
        body = page.body or page
        whole = len(words(body))
        found = body
        for each in page.select(MAIN):
            text = len(words(each))
            if text >= 40 and text > 0.3 * whole and (found is body or text > 0.9 * len(words(found))):
                found = each
    for each in found.select(AROUND):
        # Some sites wrap a whole page in a form, or an article's title in a header.
        if len(words(each)) < 0.5 * len(words(found)) and not (each.name == "header" and each.find("h1")):
            each.decompose()
    return found


# List pages


def read_list(html: str, url: str, css: str = "", rows: str = "") -> list[Entry]:
    """The entries of a list page, in its order. `css` names the part of the page, `rows` its repeating element."""
    page = parsed(html)
    base = page.find("base", href=True)
    if isinstance(base, Tag):
        url = urljoin(url, str(base["href"]))
    main = content(page, css)
    items = main.select(rows) if rows else _repeating(main, url)
    entries: dict[str, Entry] = {}
    for item in items:
        entry = _entry(item, url)
        if entry and entry.url not in entries:
            entries[entry.url] = entry
    return list(entries.values())


def _links(node: Tag, url: str) -> list[tuple[Tag, str]]:
    found = [node] if node.name == "a" else node.find_all("a")
    pairs = []
    for each in found:
        href = str(each.get("href") or "").strip()
        target = urldefrag(urljoin(url, href)).url
        if href and target.startswith("http") and target != urldefrag(url).url and not ELSEWHERE.match(words(each)):
            pairs.append((each, target))
    return pairs


def _signature(node: Tag, top: Tag) -> tuple[str, ...]:
    """The way from the top to an element, by names and classes: the same for all elements of a list."""
    path = []
    current: Tag | None = node
    while current is not None and current is not top:
        classes = [
            each for each in current.get("class") or () if not re.search(r"\d|^(?:odd|even|first|last|new)$", each)
        ]
        path.append(".".join([current.name, *sorted(classes)]) if current is node or classes else current.name)
        current = current.parent
    return tuple(reversed(path))


def _repeating(main: Tag, url: str) -> list[Tag]:
    groups: dict[tuple[str, ...], dict[int, Tag]] = defaultdict(dict)
    own = {id(link): target for link, target in _links(main, url)}
    for link in main.find_all("a"):
        if id(link) not in own:
            continue
        current: Tag | None = link
        for _ in range(CLIMB):
            if current is None or current is main:
                break
            if current.name in ITEMS:
                groups[_signature(current, main)][id(current)] = current
            current = current.parent
    best, highest = [], 0.0
    for items in groups.values():
        if len(items) >= LEAST:
            worths = [_worth(each, url) for each in items.values()]
            # A short list of programmes before a long menu.
            score = sum(worths) ** 2 / len(worths)
            if score > highest:
                best, highest = list(items.values()), score
    return best


def _worth(item: Tag, url: str) -> float:
    """How much an element looks like an entry of a list of programmes."""
    links = _links(item, url)
    pages = {target for _, target in links if not is_file(target)} or {target for _, target in links}
    if not pages:
        return 0.0
    chief, target = _chief(item, links)
    title = _SIZE.sub("", words(chief))
    text = words(item)
    worth = 0.4 if len(title) >= 8 else 0.2
    worth += 2.0 if PROGRAMME.search(title) else 0.0
    worth += 0.5 if DATE.search(text) else 0.0
    worth *= 0.5 if is_file(target) else 1.0
    # An entry is as much as belongs to one link, and no more.
    worth += 0.3 if item.name in ("tr", "li", "dd", "article") else 0.0
    worth += 0.1 if len(text) > len(title) else 0.0
    return worth / float(len(pages) ** 1.5)


def _chief(item: Tag, links: list[tuple[Tag, str]]) -> tuple[Tag, str]:
    """The link to the entry's own page: no file, in a heading if there is one, and the longest."""
    return max(
        links,
        key=lambda pair: (
            not is_file(pair[1]),
            pair[0].find_parent(re.compile("^h[1-6]$")) is not None,
            len(words(pair[0])),
        ),
    )


def _entry(item: Tag, url: str) -> Entry | None:
    links = _links(item, url)
    if not links:
        return None
    link, target = _chief(item, links)
    cells = _cells(item)
    text = words(item)
    before = item.find_previous_sibling("dt") if item.name == "dd" else None
    if before is not None:
        text = f"{words(before)} {text}"
    heading = link.find(re.compile("^h[1-6]$")) or item.find(re.compile("^h[1-6]$"))
    named = next((value for label, value in cells.items() if TITLES.search(label)), "")
    title = words(link)
    if isinstance(heading, Tag) and len(words(heading)) >= 4:
        title = words(heading)
    elif (len(title) < 8 or is_file(target)) and len(named) > len(_SIZE.sub("", title)):
        title = named
    elif before is not None and len(title) < 8 and not DATE.fullmatch(words(before)):
        title = words(before)
    # A date inside the link is the programme's, one beside it is the entry's.
    rest = text.replace(words(link), "").strip() or text
    dates = DATE.findall(rest)
    labelled = next((value for label, value in cells.items() if re.search("掲載|更新|公開日|登録", label)), "")
    told = len(dates) == 1 and not cells and not RANGE.search(rest)
    department = next((value for label, value in cells.items() if DEPARTMENT.search(label)), "")
    if not department:
        beside = (words(part) for part in item.find_all(string=True) if link not in part.parents)
        trimmed = (part.strip("（）()[]［］【】 ") for part in beside)
        department = next((part for part in trimmed if _OFFICE.match(part)), "")
    files = tuple((_SIZE.sub("", words(each)), at) for each, at in links if is_file(at) and at != target)
    return Entry(_SIZE.sub("", title), target, labelled or (dates[0] if told else ""), department, text, cells, files)


def _cells(item: Tag) -> dict[str, str]:
    """The cells of a table's row by the headings of their columns."""
    row = item if item.name == "tr" else item.find_parent("tr")
    table = row.find_parent("table") if row else None
    if row is None or table is None:
        return {}
    heads: list[Tag] = next(
        (tr.find_all(["th", "td"]) for tr in table.find_all("tr") if tr.find("th") and not tr.find("td")), []
    )
    first = table.find("tr")
    if not heads and isinstance(first, Tag) and first is not row and not first.find("a"):
        heads = first.find_all("td")
    values = row.find_all(["td", "th"], recursive=False)
    if len(heads) < len(values):
        return {}
    return {
        words(head): words(value) for head, value in zip(heads, values, strict=False) if words(head) and words(value)
    }


def next_page(html: str, url: str) -> str:
    """The address of a list's next page, "" if there is none."""
    page = parsed(html)
    marked = page.select_one("a[rel~=next], link[rel~=next]")
    if marked is None:
        marked = next(
            (a for a in page.find_all("a", href=True) if re.match(r"^(?:次(?:へ|の|ページ)|[>»＞]+$|Next)", words(a))),
            None,
        )
    target = urljoin(url, str(marked["href"])) if marked is not None and marked.get("href") else ""
    return target if target.startswith("http") and urldefrag(target).url != url else ""


# Pages of programmes


def read_page(html: str, url: str, css: str = "") -> Page:
    """The title, text, labels with values, and files of a programme's page."""
    page = parsed(html)
    title = _title(page)
    whole = words(page.body or page)
    main = content(page, css)
    for heading in main.find_all("h1"):
        if words(heading) == title:
            heading.decompose()
    pairs = [(words(link), target) for link, target in _links(main, url)]
    files = [(_SIZE.sub("", name) or target.rpartition("/")[2], target) for name, target in pairs if is_file(target)]
    links = [(name, target) for name, target in pairs if not is_file(target) and name]
    updated = _UPDATED.search(whole)
    # A value does not hold the files that stand behind it.
    behind = {words(link) for link, target in _links(main, url) if is_file(target)}
    facts = {label: _without(value, behind) for label, value in _facts(main)}
    contact = next((value for label, value in facts.items() if re.search("問い?合わ?せ|担当", label)), "")
    return Page(
        title=title,
        body=lines(main),
        facts=facts,
        files=tuple(dict.fromkeys(files)),
        links=tuple(dict.fromkeys(links)),
        date=updated["date"] if updated else "",
        department=next((part for part in re.split(r"\s", contact) if _OFFICE.match(part)), ""),
    )


def _without(value: str, dropped: set[str]) -> str:
    return "\n".join(line for line in value.split("\n") if line not in dropped)


def _title(page: BeautifulSoup) -> str:
    """The heading that the page's <title> begins with or holds; without one, the first heading of the content."""
    named = words(page.title)
    headings = [text for each in page.find_all(["h1", "h2"]) if len(text := words(each)) >= 4]
    fitting = [text for text in headings if text in named]
    # The site's own name is in <title> too, but at its end.
    fitting.sort(key=lambda text: (named.startswith(text), len(text)), reverse=True)
    if fitting:
        return fitting[0]
    if len(named) >= 4:
        first = re.split(r"\s*[|｜／]\s*|\s+[-–—]\s+|［|【(?=.{1,10}】$)", named)[0].strip()
        return first if len(first) >= 4 else named
    return headings[0] if headings else named


def _label(text: str) -> str:
    """A label without its decoration: "■ 募集期間：" is 募集期間."""
    text = unicodedata.normalize("NFKC", text) if re.search("[Ａ-Ｚａ-ｚ０-９]", text) else text
    return re.sub(rf"^{_BULLET}{_NUMBER}|[\s：:]+$|[【】\[\]［］〔〕]", "", re.sub(r"\s+", " ", text)).strip()


def _facts(main: Tag) -> Iterator[tuple[str, str]]:
    """Labels with their values; a label that comes twice keeps both."""
    found: dict[str, list[str]] = {}
    boxed = [*_tabled(main), *_listed(main)]
    # What prose says inside a cell belongs to the cell.
    prose = [pair for pair in _in_prose(main) if not any(pair[1] in value for _, value in boxed)]
    for label, value in (*boxed, *_under_headings(main), *prose):
        label = _label(label)
        if label and value and len(label) <= LABEL and value not in found.setdefault(label, []):
            found[label].append(value)
    for label, values in found.items():
        # The same words reached by two ways, one with less around them.
        kept = [value for value in values if not any(value != other and value in other for other in values)]
        yield label, "\n".join(kept)


def _tabled(main: Tag) -> Iterator[tuple[str, str]]:
    for row in main.find_all("tr"):
        cells = row.find_all(["th", "td"], recursive=False)
        if len(cells) in (2, 3) and 1 < len(words(cells[-2])) <= LABEL and words(cells[-1]) and cells[-1].name == "td":
            if cells[-2].name == "th" or re.search(LABELS, words(cells[-2])):
                yield words(cells[-2]), lines(cells[-1])
        elif len(cells) == 4 and [each.name for each in cells] == ["th", "td", "th", "td"]:
            yield words(cells[0]), lines(cells[1])
            yield words(cells[2]), lines(cells[3])


def _listed(main: Tag) -> Iterator[tuple[str, str]]:
    for term in main.find_all("dt"):
        values = []
        for each in term.find_next_siblings():
            if each.name != "dd":
                break
            values.append(lines(each))
        if 1 < len(words(term)) <= LABEL and values:
            yield words(term), "\n".join(values)


def _under_headings(main: Tag) -> Iterator[tuple[str, str]]:
    for heading in main.find_all(re.compile(r"^h[2-6]$")):
        text = words(heading)
        if not (1 < len(text) <= LABEL and _HEADING.match(text)):
            continue
        values = [lines(each) for each in _until_heading(heading)]
        yield text, "\n".join(part for part in values if part)


def _until_heading(heading: Tag) -> Iterable[Tag]:
    """The elements that a heading is over; some sites put the heading in a box of its own."""
    start = heading
    while not start.find_next_siblings() and isinstance(start.parent, Tag) and words(start.parent) == words(heading):
        start = start.parent
    for each in start.find_next_siblings(True):
        if not isinstance(each, Tag):
            continue
        if each.find(re.compile(r"^h[1-6]$")) or re.match(r"^h[1-6]$", each.name):
            return
        yield each


def _in_prose(main: Tag) -> Iterator[tuple[str, str]]:
    """【募集期間】 …, ■募集期間 and its lines, 募集期間：…"""
    label = ""
    values: list[str] = []
    for line in lines(main).split("\n"):
        headed = _HEADED.match(line)
        marked = _MARKED.match(line)
        if headed or marked:
            if label and values:
                yield label, "\n".join(values)
            if headed:
                label, values = headed["a"] or headed["b"], [headed["v"]] if headed["v"] else []
                if not re.search(LABELS, label):
                    label = ""
                elif headed["b"] and values:
                    yield label, values[0]
                    label, values = "", []
            elif marked:
                label, values = (marked["label"], []) if re.search(LABELS, marked["label"]) else ("", [])
        elif label and len(values) < 8:
            values.append(line)
    if label and values:
        yield label, "\n".join(values)


# Pages of several programmes


@dataclass(frozen=True)
class Section:
    """A programme that is a part of a page, under a heading. `anchor` is the heading's id, "" for none."""

    title: str
    anchor: str
    page: Page


def read_sections(html: str, url: str, css: str = "") -> list[Section]:
    """The parts of a page that stand under headings of one level: the highest of which there are two."""
    main = content(parsed(html), css)
    for level in ("h2", "h3", "h4"):
        headings = [each for each in main.find_all(level) if PROGRAMME.search(words(each))]
        if len(headings) >= LEAST:
            break
    found = []
    for heading in headings:
        title = words(heading)
        part = "".join(_under(heading, re.compile(f"^h[1-{level[1]}]$")))
        page = read_page(f"<title>{title}</title><main>{part}</main>", url)
        if page.body:
            found.append(Section(title, str(heading.get("id") or ""), page))
    return found


def _under(heading: Tag, end: re.Pattern[str]) -> Iterator[str]:
    """The HTML between a heading and the next one, whatever boxes either is in."""
    taken: set[int] = {id(heading)}
    for each in heading.next_elements:
        if isinstance(each, Tag) and end.match(each.name):
            return
        if any(id(parent) in taken for parent in each.parents):
            continue
        if isinstance(each, NavigableString) or (isinstance(each, Tag) and not each.find(end)):
            taken.add(id(each))
            yield str(each)
