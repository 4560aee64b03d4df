"""The layout of the store's tables, and how a store of an earlier one gets there.

Each change of a table is a file in versions/, made by `python -m indexer.store WHAT` after the table in this room was
changed, and then read by you. It only ever adds: while machines are updated one by one, older code still reads the
store. There is no way back but a backup.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from indexer.store.base import Text, metadata

VERSIONS = Path(__file__).parent / "versions"


class LayoutError(RuntimeError):
    """The store cannot be used by this version; the message says what to do."""


@cache
def script(folder: Path) -> ScriptDirectory:
    return ScriptDirectory(str(folder.parent), version_locations=[str(folder)])


def newest() -> str:
    return script(VERSIONS).get_current_head() or ""


def current(connection: sa.Connection) -> str:
    """The layout that the store has; empty before the first one was noted."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def upgrade(connection: sa.Connection, to: str = "head") -> bool:
    """Brings the store to the newest layout inside the transaction that is open; False where it is there already.

    LayoutError where a newer version of shien wrote it.
    """
    versions, now = script(VERSIONS), current(connection)
    if now == (versions.get_current_head() if to == "head" else to):
        return False
    if now not in {"", *(each.revision for each in versions.walk_revisions())}:
        raise LayoutError(f"a newer shien wrote this store (layout {now}): update this one")
    with EnvironmentContext(Config(), versions, fn=lambda rev, _: versions._upgrade_revs(to, rev)) as environment:
        environment.configure(connection=connection, target_metadata=metadata)
        environment.run_migrations()
    return True


def _ours(thing: Any, name: str | None, kind: str, reflected: bool, _: Any) -> bool:
    """The scheduler makes its own table."""
    return not (kind == "table" and reflected and name not in metadata.tables)


def _bare(made: str) -> str:
    """What a table is marked with (base.CACHE) is nothing of the database's."""
    return re.sub(r",\n\s*info=\{[^}]*\}", "", made)


def _rendered(kind: str, thing: Any, _: Any) -> str | Literal[False]:
    return "Text()" if kind == "type" and isinstance(thing, Text) else False


def _comparing(connection: sa.Connection) -> MigrationContext:
    options = {"include_object": _ours, "render_item": _rendered, "user_module_prefix": "", "render_as_batch": True}
    return MigrationContext.configure(connection, opts=options | {"target_metadata": metadata})


def differences(connection: sa.Connection) -> list[Any]:
    """What the tables of this room have and the store has not, and the other way round."""
    return list(compare_metadata(_comparing(connection), metadata))


TEMPLATE = '''"""{what}."""

import sqlalchemy as sa
from alembic import op

from indexer.store.base import Text

revision = "{revision}"
down_revision = {before!r}


def upgrade() -> None:
{body}
'''


def new(what: str) -> Path:
    """Writes the file that leads from the newest layout to the tables of this room."""
    with sa.create_engine("sqlite://").begin() as connection:
        upgrade(connection)
        context = _comparing(connection)
        made = produce_migrations(context, metadata)
        assert made.upgrade_ops is not None
        if made.upgrade_ops.is_empty():
            raise LayoutError("no table of indexer/store/ has changed since the newest layout")
        body = render_python_code(made.upgrade_ops, render_item=_rendered, migration_context=context)
    before = newest()
    revision = f"{int(before or 0) + 1:04}"
    words = "_".join(word for word in "".join(c if c.isalnum() else " " for c in what.lower()).split())
    path = VERSIONS / f"v{revision}_{words}.py"
    steps = "\n".join(line for line in _bare(body).splitlines() if not line.strip().startswith("# ###"))
    path.write_text(TEMPLATE.format(what=what, revision=revision, before=before or None, body=steps))
    return path
