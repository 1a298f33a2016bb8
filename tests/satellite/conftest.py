"""A real server, its admin, and tenants on it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from satellite import Listener, Satellite

ROOT = Path(__file__).resolve().parents[2]
ADMIN_KEY = "satellite-admin-key-0123456789-0123456789"
STARTS_WITHIN = 60.0
KINDS = {"agent": "agents", "skill": "skills", "canvas": "components", "domain": "domains"}


def binary() -> Path:
    """The server's program: `ATOM_MARKETPLACE_BIN`, or the last one that was built in the repository."""
    named = os.environ.get("ATOM_MARKETPLACE_BIN")
    built = [ROOT / "target" / profile / "atom-marketplace" for profile in ("release", "debug")]
    found = [place for place in ([Path(named).resolve()] if named else built) if place.is_file()]
    if not found:
        pytest.exit(f"there is no server to test with: build one, or set ATOM_MARKETPLACE_BIN (it is {named!r})", 1)
    return max(found, key=lambda place: place.stat().st_mtime)


class Server:
    """A marketplace on a port that it keeps when it starts again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.host = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{self.host}"
        self._admin = httpx.Client(
            base_url=f"{self.url}/api", headers={"X-Admin-Key": ADMIN_KEY}, trust_env=False, timeout=30
        )
        self.start()

    def start(self) -> None:
        command = [str(binary()), "serve", "--listen", self.host, "--data-dir", str(self._folder / "data")]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("ATOM_")}
        environment |= {"ATOM_ADMIN_KEY": ADMIN_KEY, "ATOM_RATE_ANONYMOUS": "1000000", "ATOM_RATE_TOKEN": "1000000"}
        log = (self._folder / "log").open("ab")
        self.process = subprocess.Popen(command, cwd=self._folder, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        pytest.exit(f"the server does not start:\n{(self._folder / 'log').read_text()}", 1)

    def stop(self) -> int:
        """As an operator stops it."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        response = self._admin.request(method, path, json=body)
        assert response.status_code < 300, response.text
        return response.json() if response.content else None

    def tenant(self, plan: str = "enterprise") -> Tenant:
        name = f"t-{uuid.uuid4().hex[:12]}"
        self.admin("POST", "/admin/tenants", {"id": name, "name": name, "plan": plan})
        token = self.admin("POST", f"/admin/tenants/{name}/tokens", {"name": "satellite"})["token"]
        return Tenant(self, name, token)


class Tenant:
    """A tenant and its token."""

    def __init__(self, server: Server, name: str, token: str) -> None:
        self.server, self.id, self.token = server, name, token
        self._client = httpx.Client(
            base_url=f"{server.url}/api", headers={"Authorization": f"Bearer {token}"}, trust_env=False, timeout=30
        )

    def send(self, method: str, path: str, body: Any = None) -> Any:
        response = self._client.request(method, path, json=body)
        assert response.status_code < 300, response.text
        return response.json() if response.content else None

    def submit(self, kind: str, name: str, **fields: Any) -> str:
        body = {f"{kind}_id": name, "marketplace_type": "public", "name": name.title(), "description": "Does things."}
        self.send("POST", f"/{kind}-marketplace/{KINDS[kind]}", {**body, **fields})
        return name

    def publish(self, kind: str, name: str, **fields: Any) -> str:
        """To everyone, approved."""
        self.submit(kind, name, **fields)
        for submission in self.server.admin("GET", "/admin/submissions?page_size=100")["items"]:
            self.server.admin("POST", f"/admin/submissions/{submission['id']}/approve", {})
        return name

    def satellite(self, instance: str = "instance-1") -> Satellite:
        return Satellite(f"{self.server.url}/api/v1/marketplace", self.token, instance)

    def listener(self, token: str | None = None, heartbeat: float = 30) -> Listener:
        url = f"ws://{self.server.host}/api/ws/satellite/connect"
        return Listener(url, self.token if token is None else token, heartbeat)


@pytest.fixture
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="atom-satellite-") as folder:
        server = Server(Path(folder))
        try:
            yield server
        finally:
            if server.process.poll() is None:
                server.process.terminate()
                server.process.wait(timeout=30)
