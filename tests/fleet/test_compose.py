"""`deploy/fleet.yaml`, without an engine: what it claims, and its worker's own command with a regular installation."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import REPO
from fleet.servers import PASSWORD, Redis

from crawler import settings
from crawler.feed import verify

FILE = REPO / "deploy" / "fleet.yaml"
TEXT = FILE.read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def test_nothing_listens_outside() -> None:
    assert SERVICES.keys() == {"redis", "postgres", "worker"}
    for name, service in SERVICES.items():
        assert not service.keys() & {"ports", "network_mode", "networks", "privileged"}, name


def test_the_passwords_must_be_given_and_reach_both_sides() -> None:
    given = SERVICES["worker"]["environment"]
    for password, server, address in (
        ("REDIS_PASSWORD", str(SERVICES["redis"]["command"]), given["WENKU_REDIS_URL"]),
        ("POSTGRES_PASSWORD", str(SERVICES["postgres"]["environment"]), given["WENKU_LEDGER_URL"]),
    ):
        assert "${%s:?set %s}" % (password, password) in server and "${%s}" % password in address  # noqa: UP031
    assert SERVICES["redis"]["command"][:2] == ["redis-server", "--requirepass"]
    assert set(re.findall(r"\$\{(\w+)", TEXT)) == {"REDIS_PASSWORD", "POSTGRES_PASSWORD"}
    command = re.search(r"^(.*) docker compose -f deploy/fleet.yaml", (REPO / "deploy" / "README.md").read_text(), re.M)
    assert command and set(re.findall(r"(\w+)=", command[1])) == {"REDIS_PASSWORD", "POSTGRES_PASSWORD"}


def test_names_are_those_of_settings_hosts_and_volumes() -> None:
    worker, postgres = SERVICES["worker"], SERVICES["postgres"]
    assert all(hasattr(settings, name.removeprefix("WENKU_")) for name in worker["environment"])
    hosts = re.findall(r"@(\w+)[:/]", " ".join(worker["environment"].values()))
    assert hosts == ["redis", "postgres"] and set(worker["depends_on"]) == set(hosts)
    user, name = postgres["environment"]["POSTGRES_USER"], postgres["environment"]["POSTGRES_DB"]
    assert f"//{user}:" in worker["environment"]["WENKU_LEDGER_URL"] and worker["environment"]["WENKU_LEDGER_URL"].endswith(f"/{name}")
    assert worker["depends_on"]["postgres"]["condition"] == "service_healthy" and "healthcheck" in postgres
    assert [volume.split(":")[0] for volume in postgres["volumes"]] == list(COMPOSE["volumes"])
    places = {target: (FILE.parent / source).resolve() for source, target in (each.split(":")[:2] for each in worker["volumes"])}
    assert places == {"/wenku": REPO, "/data": REPO / "data"} and worker["environment"]["WENKU_DATA_DIR"] == "/data"
    assert f"python:{sys.version_info[0]}." in worker["image"]


def test_the_workers_command_installs_and_crawls(tmp_path: Path, redis_server: Redis, database: str) -> None:
    """In a new virtual environment, in which the packages of this one are seen and no index is asked."""
    if int(version("setuptools").partition(".")[0]) < 77:
        pytest.skip("setuptools 77 is not here, with which a copy is installed: pip install 'setuptools>=77,<81'")
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    (inside,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    seen = dict.fromkeys([*filter(None, os.environ.get("PYTHONPATH", "").split(":")), sysconfig.get_path("purelib")])
    (inside / "others.pth").write_text("\n".join(place for place in seen if Path(place).resolve() != REPO))
    scrapy = tmp_path / "venv" / "bin" / "scrapy"
    for old in inside.glob("setuptools*"):  # Python 3.11 brings one that is too old
        shutil.rmtree(old)
    scrapy.write_text(f"#!{scrapy.with_name('python')}\nimport sys\nfrom scrapy.cmdline import execute\nsys.exit(execute())\n")
    scrapy.chmod(0o755)
    shell, option, command = SERVICES["worker"]["command"]
    assert (shell, option) == ("sh", "-c") and worker_folder(command) == "/tmp/wenku"
    command = command.replace("/tmp/wenku", str(tmp_path / "copy")).replace("cd /wenku", f"cd {REPO}")
    environment = {
        "PATH": f"{scrapy.parent}:{os.environ['PATH']}",
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip's word for: do not isolate
        "WENKU_DATA_DIR": str(tmp_path / "data"),
        "WENKU_REDIS_URL": redis_server.url,
        "WENKU_LEDGER_URL": database,
    }
    for _ in range(2):  # a container that is started again has its copy already
        done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0 and "wenku: complete: " in done.stderr and PASSWORD not in done.stderr, done.stderr
    assert (inside / "crawler" / "data" / "boilerplate.toml").is_file(), "not an editable installation"
    assert not list(tmp_path.glob("copy/**/*.jsonl")), "the feed of the checkout is not copied"
    assert verify(tmp_path / "data") == [] and list((tmp_path / "data" / "feed").glob("documents-*"))


def worker_folder(command: str) -> str:
    """Where the copy goes."""
    return command.split()[2]
