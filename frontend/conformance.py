"""The accessibility statement: what was tested, how, when, and the result of each criterion (accessibility.yml)."""

from datetime import date
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from frontend import files

Method = Literal["auto", "browser", "look"]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Criterion(Model):
    """A success criterion of level A or AA. `applies`: is there anything of its kind on the site? `met`: if so, is it
    met? `how` it was tested.
    """

    number: str
    name: str
    level: Literal["A", "AA"]
    jis: bool = False
    wcag22: bool = True
    applies: bool = True
    met: bool = True
    how: tuple[Method, ...] = ()
    note: str = ""


class Statement(Model):
    """The data file. `pages` are one of each kind, `open` is what is not done yet."""

    stated_on: date
    tested_from: date
    tested_until: date
    scope: str
    technologies: tuple[str, ...]
    pages: dict[str, str]
    environment: str
    methods: dict[Method, str]
    criteria: tuple[Criterion, ...]
    open: tuple[str, ...]

    @property
    def conforms(self) -> bool:
        """Is every criterion met that applies?"""
        return all(each.met for each in self.criteria if each.applies)


@cache
def statement() -> Statement:
    return Statement.model_validate(files.values("accessibility.yml"))
