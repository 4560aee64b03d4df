"""What waits for a person to look at: when it came, when it went, and why."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from indexer.store.base import Reading, Text, Writing, metadata, stamp

review = sa.Table(
    "review",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("programme", Text, nullable=False, index=True),
    sa.Column("kind", Text, nullable=False),
    sa.Column("code", Text, nullable=False),
    sa.Column("field", Text, nullable=False),
    sa.Column("about", Text, nullable=False),
    sa.Column("raw", Text, nullable=False),
    sa.Column("title", Text, nullable=False),
    sa.Column("source", Text, nullable=False),
    sa.Column("gx", sa.Boolean, nullable=False),
    sa.Column("closes", Text, nullable=False),
    sa.Column("came", Text, nullable=False, index=True),
    sa.Column("went", Text, nullable=False, index=True),
    sa.Column("why", Text, nullable=False),
    sa.Column("by", Text, nullable=False),
)

BY_ITSELF, SEEN, DONE = "itself", "seen", "done"
"""Why something went: the source or our reading changed, a person found it right, or a person mended it."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something to look at. `about` tells it from others of its kind: what a person has seen, they are not asked again.

    `field` is what may be wrong, `raw` the words that it is about; `closes` the instant that sorts, "" for none.
    """

    programme: str
    kind: str
    code: str
    field: str = ""
    about: str = ""
    raw: str = ""
    title: str = ""
    source: str = ""
    gx: bool = False
    closes: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        return self.programme, self.kind, self.code, self.about


@dataclass(frozen=True, kw_only=True)
class Item(Finding):
    """A finding as the store keeps it. `went` is empty while it waits."""

    id: int
    came: str
    went: str = ""
    why: str = ""
    by: str = ""


class ReviewReading(Reading):
    """Readers of what waits."""

    def waiting(
        self,
        *,
        kind: str = "",
        source: str = "",
        gx: bool = False,
        programme: str = "",
        order: Sequence[str] = (),
        limit: int = 100,
        offset: int = 0,
    ) -> list[Item]:
        """What waits, kinds in the given order, of each what closes soonest first."""
        ranks = {name: number for number, name in enumerate(order)}
        rank = [sa.case(ranks, value=review.c.kind, else_=len(ranks))] if ranks else []
        soonest = sa.case((review.c.closes == "", "9999"), else_=review.c.closes)
        query = sa.select(review).where(*_waiting(kind, source, gx, programme))
        query = query.order_by(*rank, soonest, review.c.came.desc(), review.c.id).limit(limit).offset(offset)
        with self.engine.connect() as connection:
            return [Item(**row._mapping) for row in connection.execute(query)]

    def waits(self, *, source: str = "", gx: bool = False) -> dict[str, int]:
        """How many wait, by kind."""
        query = sa.select(review.c.kind, sa.func.count()).where(*_waiting("", source, gx, "")).group_by(review.c.kind)
        with self.engine.connect() as connection:
            return {row.kind: row[1] for row in connection.execute(query)}

    def waiting_sources(self) -> dict[str, int]:
        """How many wait, by source."""
        query = sa.select(review.c.source, sa.func.count()).where(review.c.went == "").group_by(review.c.source)
        with self.engine.connect() as connection:
            return {row.source: row[1] for row in connection.execute(query)}

    def awaited(self) -> list[str]:
        """The programmes that something waits about, in order of id."""
        query = sa.select(review.c.programme).where(review.c.went == "").distinct().order_by(review.c.programme)
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def item(self, id: int) -> Item | None:
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(review).where(review.c.id == id)).first()
        return Item(**row._mapping) if row else None

    def flow(self, since: datetime) -> dict[str, tuple[int, int, int]]:
        """How many came, were dealt with by people, and went by themselves, by day (ISO)."""
        first = stamp(since)[:10]
        came, went = (sa.func.substr(each, 1, 10).label("day") for each in (review.c.came, review.c.went))
        asked = sa.select(came, sa.func.count()).where(review.c.came >= first).group_by("day")
        gone = (
            sa.select(went, review.c.why, sa.func.count()).where(review.c.went >= first).group_by("day", review.c.why)
        )
        found: dict[str, list[int]] = {}
        with self.engine.connect() as connection:
            for day, count in connection.execute(asked):
                found.setdefault(day, [0, 0, 0])[0] += count
            for day, why, count in connection.execute(gone):
                found.setdefault(day, [0, 0, 0])[2 if why == BY_ITSELF else 1] += count
        return {day: (counts[0], counts[1], counts[2]) for day, counts in sorted(found.items())}


def _waiting(kind: str, source: str, gx: bool, programme: str) -> list[sa.ColumnElement[bool]]:
    conditions = [review.c.went == ""]
    conditions += [review.c.kind == kind] if kind else []
    conditions += [review.c.source == source] if source else []
    conditions += [review.c.gx] if gx else []
    conditions += [review.c.programme == programme] if programme else []
    return conditions


class ReviewWriting(Writing):
    """Writers of what waits."""

    def find(self, found: Iterable[Finding], at: str, *, of: Collection[str], by: str = "") -> None:
        """Makes what waits what was found in these programmes: new ones come, what is no more goes.

        `by`: who did what made it go. What a person has seen stays away while it is about the same; so does what a
        person mended after `at`, when this was looked at.
        """
        query = sa.select(review).where(review.c.programme.in_(of))
        known: dict[tuple[str, str, str, str], Item] = {}
        for row in self.connection.execute(query.order_by(review.c.id)):
            item = Item(**row._mapping)
            known[item.key] = item
        wanted = {each.key: each for each in found}
        new = [
            vars(each) | {"came": at, "went": "", "why": "", "by": ""}
            for key, each in wanted.items()
            if key not in known or known[key].why == BY_ITSELF or (known[key].why == DONE and known[key].went <= at)
        ]
        for key, item in known.items():
            if item.went:
                continue
            if key not in wanted:
                values = {"went": at, "why": DONE if by else BY_ITSELF, "by": by}
                self.connection.execute(sa.update(review).where(review.c.id == item.id).values(values))
            elif vars(wanted[key]) != {name: getattr(item, name) for name in Finding.__dataclass_fields__}:
                self.connection.execute(sa.update(review).where(review.c.id == item.id).values(vars(wanted[key])))
        if new:
            self.connection.execute(sa.insert(review), new)

    def see(self, id: int, at: str, by: str) -> bool:
        """A person has looked, and it is right as it is; False where it has gone already."""
        waiting = (review.c.id == id, review.c.went == "")
        values = {"went": at, "why": SEEN, "by": by}
        return bool(self.connection.execute(sa.update(review).where(*waiting).values(values)).rowcount)

    def see_again(self, id: int) -> bool:
        """Takes that back; False where it was not so."""
        seen = (review.c.id == id, review.c.why == SEEN)
        values = {"went": "", "why": "", "by": ""}
        return bool(self.connection.execute(sa.update(review).where(*seen).values(values)).rowcount)

    def forget_review(self, before: str) -> None:
        """Drops what went by itself or was mended before an instant; what was seen stays, lest it is asked again."""
        old = (review.c.went != "", review.c.went < before, review.c.why != SEEN)
        self.connection.execute(sa.delete(review).where(*old))
