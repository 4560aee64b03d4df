"""The command line: `shien`."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from crawlers.recordings import Recording
from indexer import accounts, doctor, links, logs, queue
from indexer import backup as backing
from indexer.alerts.night import send as send_alerts
from indexer.crawl import CrawlError, crawl, spiders
from indexer.engine import EngineError, running
from indexer.ingest import ingest as take_in
from indexer.ingest import reread
from indexer.nightly import Night, write
from indexer.normalise.cli import normalise
from indexer.progress import Reporter
from indexer.publish import publish as make_searchable
from indexer.recorded import remember
from indexer.schedule import run as run_schedule
from indexer.schema import JST
from indexer.settings import Settings
from indexer.sources import origins
from indexer.store import Busy, LayoutError, Lost, Store, StoreError, stamp
from indexer.up import SAMPLE, Site, UpError, replayed, told
from indexer.visits import Visits

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)

app.command()(normalise)

WIDE = 180
"""Columns of a table that goes to a file or a pipe."""

Replay = Annotated[Path | None, typer.Option(help="A recording, or a folder of recordings; no network is touched")]


@app.callback()
def shien() -> None:
    """The open search index of public support for small firms in Japan."""


@app.command()
def up(
    replay: Replay = None,
    sample: Annotated[bool, typer.Option("--sample", help="Invented programmes, to look around")] = False,
) -> None:
    """Starts everything: engine, first crawl if the store is empty, publication, web."""
    settings = Settings()
    folder = SAMPLE if sample else replay
    if sample and replay:
        raise typer.BadParameter("--sample is a replay of its own: give one of the two")
    if folder is not None:
        settings = replayed(settings, folder, sample)
    with Reporter() as report:
        Site(settings, report).run(folder)


@app.command("crawl")
def crawl_(
    names: Annotated[list[str] | None, typer.Argument(help="Sources; none with --replay: those it was made of")] = None,
    out: Annotated[Path, typer.Option(help="Folder for <source>/notices.jsonl and stats.json")] = Path(
        "var/crawl/manual"
    ),
    replay: Replay = None,
    arg: Annotated[list[str] | None, typer.Option(help="An argument of the spider: name=value")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every verified source, side by side")] = False,
) -> None:
    """Crawls sources into files, side by side; each site is asked one request at a time."""
    if every and (names or replay):
        raise typer.BadParameter("--all names every source itself")
    if every:
        names = [each["name"] for each in spiders() if each["facts"]["verified"]]
    if not names and replay is None:
        raise typer.BadParameter("name at least one source (see `shien sources`), or give --all or --replay")
    with Reporter() as report:
        if replay is None and not Settings().contact:
            report.say("warning: SHIEN_CONTACT is not set: the owners of the sites cannot tell who asks")
        finished = crawl(names or [], out, replay=replay, arguments=arg or [], progress=report)
        for event in finished:
            report.say(f"{event['source']}: {event['items']} notices" + ("" if event.get("ok", True) else " — NOT OK"))
    if not finished or not all(event.get("ok", True) for event in finished):
        raise typer.Exit(1)


@app.command()
def record(name: str, folder: Path) -> None:
    """Crawls a source and writes what it answered as a recording."""
    settings = Settings()
    with Reporter() as report:
        finished = crawl([name], settings.var / "crawl" / f"record-{name}", record=folder, progress=report)
    if not finished or not all(event.get("ok", True) for event in finished):
        raise typer.Exit(1)
    remember(Store(settings.store_url), Recording.read(folder), name)


@app.command()
def new(
    name: str,
    url: Annotated[str, typer.Argument(help="A list page of programmes")],
    replay: Replay = None,
) -> None:
    """Makes a source of a list page: shows what is found, writes the spider and its recording."""
    command = [sys.executable, "-m", "crawlers.new", name, url, *(["--replay", str(replay)] if replay else [])]
    raise typer.Exit(subprocess.run(command, check=False).returncode)


@app.command()
def ingest(
    folder: Annotated[Path, typer.Argument(help="What `shien crawl --out` wrote")],
    today: Annotated[datetime | None, typer.Option(help="The instant of the crawl; else what the crawl noted")] = None,
) -> None:
    """Checks, reads and stores a crawl."""
    store = Store(Settings().store_url)
    with Reporter() as report:
        runs = take_in(folder, store, today.replace(tzinfo=JST) if today else None, report)
        for line in told(runs):
            report.say(line)
    if not all(run.ok for run in runs):
        raise typer.Exit(1)


@app.command()
def publish() -> None:
    """Makes the store searchable: brings the index beside the live one up to date, checks it, swaps."""
    settings = Settings()
    store = Store(settings.store_url)
    now = settings.clock()
    with Reporter() as report, running(settings) as where:
        reread(store, now(), report)
        published = make_searchable(where, store, now(), report)
        report.say(
            f"published: {published.count} programmes ({published.written} written, {published.removed} removed)"
        )


@app.command()
def nightly(
    names: Annotated[list[str] | None, typer.Argument(help="Only these sources, due or not")] = None,
    if_due: Annotated[bool, typer.Option("--if-due", help="Say nothing and do nothing where nothing is due")] = False,
    summary: Annotated[Path | None, typer.Option(help="Also write the summary to this file, as JSON")] = None,
) -> None:
    """Crawls what is due, takes it in, publishes; goes on where an interrupted night stopped."""
    settings = Settings()
    store = Store(settings.store_url)
    with Reporter() as report:
        night = Night(settings, store, ask=not if_due, progress=report)
        signal.signal(signal.SIGTERM, night.stop)
        if if_due:
            with store.transaction() as writer:
                writer.set_fact("look", {"at": stamp(settings.clock()())})
            if not night.pending():
                return
        try:
            found = night.run(names or ())
        except Busy as error:
            report.say(f"shien: {error}")
            raise typer.Exit(0 if if_due else 1) from None
        for line in found.lines():
            report.say(line)
    if summary:
        write(summary, found.told())
    if found.failed or found.problem:
        raise typer.Exit(1)


@app.command("alerts")
def alerts_(
    plan: Annotated[bool, typer.Option("--plan", help="First decide what everyone is told today")] = False,
) -> None:
    """Sends what waits to be sent to subscribers and staff; a night does it by itself."""
    settings = Settings()
    with Reporter() as report, Store(settings.store_url).alone("nightly"), running(settings):
        done = send_alerts(settings, plan=plan)
        report.say(", ".join(f"{count} {name}" for name, count in done.items() if count) or "nothing to send")
    if done.get("problem"):
        raise typer.Exit(1)


@app.command("links")
def links_(minutes: Annotated[float, typer.Option(help="For so long at the most")] = links.MINUTES) -> None:
    """Looks whether official pages are still there: those nobody looked at for a week, the oldest first."""
    settings = Settings()
    store = Store(settings.store_url)
    with Reporter() as report:
        guard = Visits(settings, store).guard
        found = links.check(store, settings.clock()(), report, minutes=minutes, guard=guard)
        for state, count in Counter(each.state.value for each in found).items():
            report.say(f"{state}: {count}")
        report.say(f"still due: {len(links.due(store, settings.clock()()))}")


@app.command()
def schedule() -> None:
    """Looks every quarter of an hour for what is due, until it is stopped; of several one does, the others wait."""
    settings = Settings()
    store = Store(settings.store_url)
    with Reporter() as report:
        run_schedule(settings, store, report.say)


@app.command()
def worker(
    jobs: Annotated[int, typer.Option(help="So many sources at a time, each of another site", min=1)] = 4,
) -> None:
    """Takes visits to sources from the queue of a PostgreSQL store, until it is stopped; run as many as you like."""
    settings = Settings()
    with Reporter() as report:
        queue.work(Visits(settings, Store(settings.store_url), clock=settings.clock(), progress=report), jobs)


@app.command("doctor")
def doctor_() -> None:
    """Engine, disk, store, publication, clock and sources: a line each, and what to do."""
    marks = {True: "ok  ", False: "BAD ", None: "note"}
    findings = list(doctor.examine(Settings()))
    for each in findings:
        print(f"{marks[each.ok]} {each.what}: {each.told}")
    if any(each.ok is False for each in findings):
        raise typer.Exit(1)


@app.command()
def backup(target: Annotated[Path, typer.Argument(help="A file that does not exist yet")]) -> None:
    """Writes the store (programmes, history, runs, decisions, accounts) to one file, while everything runs."""
    settings = Settings()
    with Reporter() as report:
        size = backing.backup(Store(settings.store_url), target, settings.clock()(), report)
        report.say(f"{size / 1e6:.1f} MB in {target}")


@app.command()
def restore(source: Annotated[Path, typer.Argument(help="What `shien backup` wrote, of either database")]) -> None:
    """Puts a backup into an empty store, SQLite or PostgreSQL; then `shien publish`."""
    with Reporter() as report:
        rows = backing.restore(source, Store(Settings().store_url), report)
        report.say(f"{rows['programmes']} programmes restored; run `shien publish`")


user = typer.Typer(no_args_is_help=True, help="Staff accounts")
app.add_typer(user, name="user")


@user.command("add")
def user_add(
    name: str,
    role: Annotated[str, typer.Option(help=" | ".join(accounts.ROLES))] = "editor",
    password: Annotated[str, typer.Option(envvar="SHIEN_NEW_PASSWORD", help="Asked for where it is not given")] = "",
    oidc: Annotated[bool, typer.Option("--oidc", help="No password: they sign in by OpenID Connect")] = False,
) -> None:
    """Adds somebody to the staff, or gives who is there a new password and role."""
    settings = Settings()
    if not password and not oidc:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    accounts.add_user(Store(settings.store_url), name, role, password, by="the command line", now=settings.clock()())
    print(f"{name} can sign in at /staff as {role}")


@user.command("list")
def user_list() -> None:
    """Who can sign in."""
    settings = Settings()
    store = Store(settings.store_url)
    for each in store.users():
        until = accounts.locked_until(store, each.name, settings.clock()())
        how = "" if each.password else "  by OpenID Connect only"
        print(f"{each.name:30} {each.role}{how}" + (f"  locked until {until}" if until else ""))


@user.command("unlock")
def user_unlock(name: str) -> None:
    """Lets somebody try again at once who was locked for wrong passwords."""
    store, now = _holding(name)
    accounts.unlock(store, name, by="the command line", now=now)


@user.command("remove")
def user_remove(name: str) -> None:
    """Takes somebody off the staff, and ends their sessions."""
    store, now = _holding(name)
    accounts.remove_user(store, name, by="the command line", now=now)


def _holding(name: str) -> tuple[Store, datetime]:
    """The store that has this user, and now. ValueError where there is none."""
    settings = Settings()
    store = Store(settings.store_url)
    if store.user(name) is None:
        raise ValueError(f"there is no {name}")
    return store, settings.clock()()


@app.command()
def serve() -> None:
    """Serves API and pages; the engine must run (`shien up` starts everything)."""
    # A store that cannot be used is told of here, in a line.
    Store(Settings().store_url).close()
    os.execv(sys.executable, [sys.executable, "-m", "indexer.web"])


@app.command()
def sources() -> None:
    """Every source: its state, last good run, counts, how well its fields are filled, licence and attribution."""
    settings = Settings()
    store = Store(settings.store_url)
    found = {each.name: each for each in origins(store, settings.clock()())}
    table = Table("source", "state", "last good run", "listed", "filled", "licence and attribution", box=SIMPLE_HEAD)
    for each in spiders():
        facts, own = each["facts"], found.get(each["name"])
        state = "unverified" if not facts["verified"] else own.state if own else "unread"
        gaps = [f"{name} {share:.0%}" for name, share in own.filled.items() if share < 1] if own else []
        table.add_row(
            f"{each['name']}\n{facts['title']}",
            "overdue" if own and own.overdue and state == "ok" else state,
            own.last_good[:16].replace("T", " ") if own and own.last_good else "",
            f"{own.programmes:,}" if own else "",
            ", ".join(gaps) or ("all" if own and own.filled else ""),
            "\n".join(filter(None, (facts["licence"], facts["attribution"]))),
        )
    terminal = Console()
    (terminal if terminal.is_terminal else Console(width=WIDE)).print(table)
    print("unverified: off, because it has not met its real site; `shien record NAME FOLDER` turns it on")


MENDABLE = (
    UpError, EngineError, CrawlError, LayoutError, Busy, Lost, queue.NoWorkers, StoreError, OSError, ValueError,
)  # fmt: skip


def main() -> None:
    """Errors that a user can mend are one line and a non-zero exit."""
    try:
        logs.configure(Settings())
        app()
    except MENDABLE as error:
        if os.environ.get("SHIEN_LOG_LEVEL") == "debug":
            raise
        if isinstance(error, ValidationError) and error.title == Settings.__name__:
            [first, *_] = error.errors()
            error = ValueError(f"SHIEN_{'_'.join(map(str, first['loc'])).upper()}: {first['msg']}")
        # A database tells more than a line: what went wrong is in its first.
        told = str(error).strip().splitlines() or [type(error).__name__]
        print(f"shien: {told[0]}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
