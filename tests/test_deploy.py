"""The examples of how to run it: read by the programs that they are for, where these are here; and true."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from frontend import bounds
from indexer.cli import app
from indexer.settings import Settings
from tests.conftest import ROOT

DEPLOY = ROOT / "indexer" / "deploy"
EXTRA = {"SHIEN_SITE", "SHIEN_UPSTREAM", "SHIEN_SHARED", "SHIEN_NEW_PASSWORD"}
"""Variables of the examples, of tests and of one command, that are no settings."""


def settings() -> set[str]:
    return {f"SHIEN_{name.upper()}" for name in Settings.model_fields}


def test_every_setting_is_in_the_readme_and_nothing_else_is() -> None:
    told = set(re.findall(r"SHIEN_[A-Z_]*[A-Z]", (ROOT / "README.md").read_text(encoding="utf-8")))
    assert settings() - told == set()
    assert told - settings() - EXTRA == set()


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_examples_name_settings_that_there_are(path: Path) -> None:
    named = set(re.findall(r"\bSHIEN_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
    assert named - settings() - EXTRA == set()


def test_the_example_of_settings_is_one() -> None:
    lines = (DEPLOY / "shien.env").read_text(encoding="utf-8").splitlines()
    values = dict(line.split("=", 1) for line in lines if line.startswith("SHIEN_"))
    made = Settings.model_validate({name.removeprefix("SHIEN_").lower(): value for name, value in values.items()})
    assert made.mails and made.log_json


def run(*command: str | Path) -> None:
    """The program finds nothing to complain of."""
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not here")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def commands() -> set[str]:
    return {each.name or (each.callback.__name__ if each.callback else "") for each in app.registered_commands}


def test_units_are_whole_and_run_commands_that_there_are() -> None:
    names = {path.name for path in DEPLOY.glob("*.service")}
    run_by = {}
    for name in names:
        unit = configparser.RawConfigParser(strict=True)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read(DEPLOY / name, encoding="utf-8")
        assert set(unit.sections()) == {"Unit", "Service", "Install"}
        wanted = f"{unit['Unit']['After']} {unit['Unit'].get('Wants', '')}".split()
        assert {each for each in wanted if each.startswith("shien")} <= names
        assert unit["Service"]["Restart"] == "always" and unit["Service"]["EnvironmentFile"] == "/etc/shien.env"
        run_by[name] = unit["Service"]["ExecStart"]
    ours = {each.split()[1] for each in run_by.values() if each.startswith("/opt/shien/.venv/bin/shien ")}
    assert ours == {"serve", "schedule", "worker"} and ours <= commands()


def test_containers_are_whole_and_run_commands_that_there_are() -> None:
    made = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
    services = made["services"]
    assert {"web", "scheduler", "worker", "engine", "database", "proxy"} == set(services)
    for each in services.values():
        assert set(each.get("depends_on", ())) <= set(services)
        mounted = {volume.split(":")[0] for volume in each.get("volumes", ())}
        assert {volume for volume in mounted if not volume.startswith(".")} <= set(made["volumes"])
        if each["image"] == "shien":
            assert each["command"][0] in commands()
    assert services["engine"]["image"].startswith("getmeili/meilisearch:v1.")
    assert services["database"]["image"].startswith("postgres:")
    # What the image is made of is there, but for what an earlier stage makes.
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert copied and all((ROOT / name).exists() for line in copied for name in line.split())


def test_systemd_reads_the_units(tmp_path: Path) -> None:
    units = []
    for path in DEPLOY.glob("*.service"):
        # This machine has neither the programs nor the user.
        text = path.read_text().replace("/opt/shien/.venv/bin/shien", "/bin/true").replace("User=shien", "User=root")
        (tmp_path / path.name).write_text(text)
        units.append(tmp_path / path.name)
    assert len(units) == 4
    run("systemd-analyze", "verify", *units)


def test_compose_reads_its_file(tmp_path: Path) -> None:
    place = tmp_path / "indexer" / "deploy"
    shutil.copytree(DEPLOY, place)
    shutil.copy(DEPLOY / "shien.env", tmp_path / ".env")
    plugin = (
        subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        if shutil.which("docker")
        else None
    )
    command = ["docker", "compose"] if plugin and plugin.returncode == 0 else ["docker-compose"]
    run(*command, "-f", place / "compose.yml", "--env-file", tmp_path / ".env", "config")


def test_caddy_reads_its_file() -> None:
    run("caddy", "validate", "--adapter", "caddyfile", "--config", DEPLOY / "Caddyfile")


def test_nginx_lets_through_what_the_site_takes() -> None:
    told = re.search(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
    assert told and int(told[1]) * 1024 * 1024 > bounds.MOST_BYTES


def test_nginx_reads_its_site(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here")
    made = ["-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x", *made]
    subprocess.run(command, capture_output=True, check=True)
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    site = site.replace("/etc/letsencrypt/live/shien.example.jp", str(tmp_path)).replace(
        "/var/log/nginx", str(tmp_path)
    )
    (tmp_path / "site.conf").write_text(site, encoding="utf-8")
    folders = "".join(
        f"{each}_temp_path {tmp_path}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/error; events {{}}\n"
        f"http {{ access_log off; {folders} include {tmp_path}/site.conf; }}\n"
    )
    run("nginx", "-t", "-c", tmp_path / "nginx.conf")
