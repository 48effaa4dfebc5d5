"""Debian's redis-server and PostgreSQL, started with folders of their own for as long as a test needs them: on loopback,
or on a machine of `fleet.machines`."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fleet.machines import Machine

PASSWORD = "a-word-for-tests"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _programs() -> Path | None:
    """The folder of PostgreSQL's server programs: on the path, or where Debian puts them."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return places[-1].parent if places else None


class Postgres:
    """One server with an empty database `wenku` for each test that asks. It refuses to run as root: then it runs as `postgres`."""

    def __init__(self, machine: Machine | None = None) -> None:
        programs = _programs()
        if programs is None:
            pytest.skip("PostgreSQL is not here: apt-get install postgresql")
        pytest.importorskip("psycopg", reason="psycopg is not here: pip install -e '.[fleet]'")
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self._inside = machine.inside if machine else []
        self._host = machine.address if machine else "127.0.0.1"
        self._programs, self.port, self._databases = programs, free_port(), 0
        self._folder = Path(tempfile.mkdtemp(prefix="wenku-pg-"))
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        if self._as:
            for path in (self._folder, secret):
                shutil.chown(path, "postgres")
        self._call("initdb", "-D", self._data, "-U", "wenku", "-A", "scram-sha-256", "--pwfile", str(secret), "-N", "-E", "UTF8", "--locale=C")
        if machine:
            with Path(self._data, "pg_hba.conf").open("a") as rules:
                rules.write(f"host all wenku {machine.network} scram-sha-256\n")
        self.start()

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    @property
    def pid(self) -> int:
        """Of the server, which is no child of this process."""
        return int(Path(self._data, "postmaster.pid").read_text().split()[0])

    def _call(self, program: str, *args: str) -> None:
        command = [*self._inside, *self._as, str(self._programs / program), *args]
        done = subprocess.run(command, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 0, f"{command}: {done.stderr}"

    def start(self) -> None:
        # A crash of the machine is not what these tests are about: without fsync they are quick.
        options = f"-p {self.port} -k {self._folder} -c listen_addresses={self._host} -c fsync=off -c autovacuum=off"
        self._call("pg_ctl", "-D", self._data, "-w", "-l", str(self._folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Ends it at once, as a crash would."""
        self._call("pg_ctl", "-D", self._data, "-w", "-m", "immediate", "stop")

    def database(self) -> str:
        """The address of a new, empty database."""
        import psycopg

        self._databases += 1
        name = f"wenku{self._databases}"
        given: dict[str, Any] = {"host": str(self._folder), "port": self.port, "user": "wenku", "password": PASSWORD}
        with psycopg.connect(dbname="postgres", autocommit=True, **given) as connection:
            connection.execute(f"create database {name}")  # type: ignore[arg-type,unused-ignore]
        return f"postgresql+psycopg://wenku:{PASSWORD}@{self._host}:{self.port}/{name}"

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


class Redis:
    """One server that keeps nothing on the disk: after `restart` it is empty."""

    def __init__(self, machine: Machine | None = None) -> None:
        if shutil.which("redis-server") is None:
            pytest.skip("redis-server is not here: apt-get install redis-server")
        pytest.importorskip("redis", reason="redis is not here: pip install -e '.[fleet]'")
        self.port = free_port()
        self._host, self._inside = (machine.address, machine.inside) if machine else ("127.0.0.1", [])
        self.url = f"redis://:{PASSWORD}@{self._host}:{self.port}/0"
        self._socket = Path(tempfile.gettempdir(), f"wenku-redis-{os.getpid()}-{self.port}.socket")
        self.start()

    def start(self) -> None:
        options = {"port": self.port, "bind": self._host, "unixsocket": str(self._socket), "save": "", "appendonly": "no", "requirepass": PASSWORD}
        given = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self._process = subprocess.Popen([*self._inside, "redis-server", *given], stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir())
        end = time.monotonic() + 20
        while True:
            try:
                self.client().ping()
                return
            except Exception:
                assert time.monotonic() < end and self._process.poll() is None, "redis-server does not start"
                time.sleep(0.02)

    def client(self) -> Any:
        import redis

        return redis.Redis(unix_socket_path=str(self._socket), password=PASSWORD)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._socket.unlink(missing_ok=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for a process of tests."""
    server = Postgres()
    yield server
    server.close()


@pytest.fixture
def database(postgres: Postgres) -> str:
    """The address of an empty database."""
    return postgres.database()


@pytest.fixture
def redis_server() -> Iterator[Redis]:
    server = Redis()
    yield server
    server.stop()
