"""The data files of pages (frontend/data): texts and figures that are kept apart from code."""

from importlib import resources
from typing import Any

import yaml


def text(name: str) -> str:
    return resources.files("frontend").joinpath("data", name).read_text(encoding="utf-8")


def values(name: str) -> Any:
    """What a YAML file holds."""
    return yaml.safe_load(text(name))
