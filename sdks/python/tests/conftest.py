"""A real server for the tests that need one, tenants on it, and a server that fails on demand."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from faults import FaultServer
from receiver import Receiver

from atom_marketplace import AdminKeyWarning, AsyncMarketplaceClient, MarketplaceClient
from atom_marketplace.types import Plan

ROOT = Path(__file__).resolve().parents[3]
STARTS_WITHIN = 60.0


class Server(NamedTuple):
    """A running marketplace."""

    root: str
    admin_key: str

    @property
    def url(self) -> str:
        return f"{self.root}/api"

    def admin(self) -> MarketplaceClient:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", AdminKeyWarning)
            return MarketplaceClient(self.url, admin_key=self.admin_key)

    def tenant(self, plan: Plan = "team") -> Tenant:
        """A new tenant with a token that may do everything there."""
        name = f"t-{uuid.uuid4().hex[:12]}"
        with self.admin() as admin:
            admin.admin_create_tenant(name, id=name, plan=plan)
            token = admin.admin_create_tenant_token(name, "tests").token
        return Tenant(self.url, name, token)


class Tenant(NamedTuple):
    """A tenant and its token."""

    url: str
    id: str
    token: str

    def client(self) -> MarketplaceClient:
        return MarketplaceClient(self.url, self.id, self.token)

    def async_client(self) -> AsyncMarketplaceClient:
        return AsyncMarketplaceClient(self.url, self.id, self.token)


def binary() -> Path:
    """The server's program: `ATOM_MARKETPLACE_BIN`, or the last one that was built in the repository."""
    named = os.environ.get("ATOM_MARKETPLACE_BIN")
    built = [ROOT / "target" / profile / "atom-marketplace" for profile in ("release", "debug")]
    found = [place for place in ([Path(named).resolve()] if named else built) if place.is_file()]
    if not found:
        pytest.exit(f"there is no server to test with: build one, or set ATOM_MARKETPLACE_BIN (it is {named!r})", 1)
    return max(found, key=lambda place: place.stat().st_mtime)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="atom-python-") as folder:
        data, log = Path(folder, "data"), Path(folder, "log")
        command = [str(binary()), "serve", "--demo", "--listen", "127.0.0.1:0", "--data-dir", str(data)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ATOM_")}
        environment |= {"ATOM_RATE_ANONYMOUS": "1000000", "ATOM_RATE_TOKEN": "1000000"}
        environment |= {"ATOM_OUTBOUND_ALLOW": "127.0.0.0/8"}
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=output)
        try:
            root = started(process, log)
            yield Server(root, (data / "admin.key").read_text().strip())
        finally:
            process.terminate()
            process.wait(timeout=30)


def started(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where the server says that it listens, once it does."""
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        said = log.read_text()
        if 'url="' in said:
            return said.split('url="', 1)[1].split('"', 1)[0]
        time.sleep(0.05)
    pytest.exit(f"the server does not start:\n{log.read_text()}", 1)


@pytest.fixture
def tenant(server: Server) -> Tenant:
    return server.tenant()


@pytest.fixture
def client(tenant: Tenant) -> Iterator[MarketplaceClient]:
    with tenant.client() as client:
        yield client


@pytest.fixture
def faults() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between attempts, which do not take place."""
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("atom_marketplace._blocking.time", SimpleNamespace(sleep=waited.append))
    monkeypatch.setattr("atom_marketplace._asyncio.asyncio", SimpleNamespace(sleep=wait))
    return waited


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the settings of whoever runs it."""
    for name in ("ATOM_BASE_URL", "ATOM_TENANT_ID", "ATOM_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
