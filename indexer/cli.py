"""The command line: `shien`."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


@app.callback()
def shien() -> None:
    """The open search index of public support for small firms in Japan."""


def main() -> None:
    app()
