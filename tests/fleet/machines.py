"""Several machines on this one: network namespaces with one address each, joined by a bridge in a namespace of its own.

Nothing of it touches the network of the machine that runs the tests, and no packet leaves.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

NETWORK = "10.231.77"  # private, and only inside the namespaces


@dataclass(frozen=True)
class Machine:
    """One of them. `inside` goes before a command that is to run there."""

    namespace: str
    address: str
    hub: str
    port: str

    network = f"{NETWORK}.0/24"

    @property
    def inside(self) -> list[str]:
        return ["ip", "netns", "exec", self.namespace]

    def cut(self) -> None:
        """Pulls its cable: nothing comes or goes, and nobody is told."""
        _ip("-n", self.hub, "link", "set", self.port, "down")

    def join(self) -> None:
        _ip("-n", self.hub, "link", "set", self.port, "up")


@contextmanager
def machines(*names: str) -> Iterator[list[Machine]]:
    """So many machines, for as long as the block runs; what still runs on them is ended."""
    prefix = f"wenku-{os.getpid()}"
    hub = f"{prefix}-hub"
    made = [Machine(f"{prefix}-{name}", f"{NETWORK}.{number}", hub, f"port{number}") for number, name in enumerate(names, 1)]
    if shutil.which("ip") is None:
        pytest.skip("ip is not here: apt-get install iproute2")
    try:
        _make(hub, made)
        yield made
    finally:
        for namespace in [*(machine.namespace for machine in made), hub]:
            _remove(namespace)


def _make(hub: str, made: list[Machine]) -> None:
    try:
        _ip("netns", "add", hub)
        _ip("-n", hub, "link", "add", "bridge", "type", "bridge")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"network namespaces cannot be made here ({error.stderr.strip()}): run as root of a whole machine")
    _ip("-n", hub, "link", "set", "bridge", "up")
    for machine in made:
        _ip("netns", "add", machine.namespace)
        _ip("-n", hub, "link", "add", machine.port, "type", "veth", "peer", "name", "cable", "netns", machine.namespace)
        _ip("-n", hub, "link", "set", machine.port, "master", "bridge", "up")
        _ip("-n", machine.namespace, "address", "add", f"{machine.address}/24", "dev", "cable")
        for device in ("lo", "cable"):
            _ip("-n", machine.namespace, "link", "set", device, "up")


def _remove(namespace: str) -> None:
    if subprocess.run(["ip", "netns", "pids", namespace], capture_output=True).returncode:
        return  # it was not made
    for pid in _ip("netns", "pids", namespace).split():
        subprocess.run(["kill", "-9", pid], capture_output=True)
    _ip("netns", "delete", namespace)


def _ip(*words: str) -> str:
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout
