"""A satellite as docs/SATELLITES.md describes it: no more patient, and no cleverer, than the clients that are out there.

One pool of connections, and an event loop of its own for every call. No second try, no redirect, thirty seconds. What is not
2xx is nothing; what is, is JSON. Over the WebSocket it counts what comes and drops what is too much, and a close with 1000 or
1001 leaves it connected for good, as it believes.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

MESSAGES_A_SECOND = 100
MESSAGE_MAX = 1 << 20
DELAYS = (1, 2, 4, 8, 16)
TYPES = {"skill_update", "category_update", "rating_update", "skill_delete"}


class Satellite:
    """The HTTP half."""

    def __init__(self, base_url: str, token: str, instance: str = "instance-1") -> None:
        headers = {
            "X-API-Token": token,
            "X-Federation-Key": token,
            "X-Instance-ID": instance,
            "Content-Type": "application/json",
        }
        self.answers: list[httpx.Response] = []
        self._client = httpx.AsyncClient(base_url=base_url, headers=headers, timeout=30, trust_env=False)

    def call(self, method: str, path: str, *, params: dict[str, Any] | None = None, body: Any = None) -> Any:
        """The JSON of a 2xx, else None."""
        return asyncio.run(self._call(method, path, params, body))

    async def _call(self, method: str, path: str, params: dict[str, Any] | None, body: Any) -> Any:
        try:
            response = await self._client.request(method, path, params=params, json=body)
            self.answers.append(response)
            response.raise_for_status()
        except httpx.HTTPError:
            return None
        return response.json()

    def health(self) -> bool:
        return self.call("GET", "/health") is not None

    def skills(self, **params: Any) -> dict[str, Any] | None:
        return self.call("GET", "/skills/marketplace/skills", params={"query": "", "page": 1, "page_size": 20, **params})

    def all_skills(self) -> list[str]:
        """A hundred at a time, until there are fewer."""
        found: list[str] = []
        page = 1
        while True:
            answer = self.skills(page=page, page_size=100) or {"skills": []}
            found += [skill.get("skill_id") or skill["id"] for skill in answer["skills"]]
            if len(answer["skills"]) < 100:
                return found
            page += 1

    def skill(self, name: str) -> dict[str, Any] | None:
        return self.call("GET", f"/skills/marketplace/skills/{name}")

    def categories(self) -> list[dict[str, Any]] | None:
        return self.call("GET", "/skills/marketplace/categories")

    def rate(self, name: str, user: str, rating: int, comment: str | None = None) -> dict[str, Any] | None:
        body = {"skill_id": name, "user_id": user, "rating": rating, "comment": comment}
        return self.call("POST", f"/skills/marketplace/skills/{name}/rate", body=body)

    def install_skill(self, name: str, *, auto_install_deps: bool = True) -> dict[str, Any] | None:
        body = {"agent_id": "local-agent", "auto_install_deps": auto_install_deps}
        return self.call("POST", f"/skills/marketplace/skills/{name}/install", body=body)

    def uninstall_skill(self, name: str) -> dict[str, Any] | None:
        return self.call("DELETE", f"/skills/marketplace/skills/{name}/uninstall", params={"agent_id": "local-agent"})

    def agents(self, **params: Any) -> dict[str, Any] | None:
        params = {"query": "", "page": 1, "page_size": 20, **params}
        return self.call("GET", "/agents/api/agent-marketplace/browse", params=params)

    def agent(self, name: str) -> dict[str, Any] | None:
        return self.call("GET", f"/agents/api/agent-marketplace/details/{name}")

    def install_agent(self, name: str) -> dict[str, Any] | None:
        return self.call("POST", f"/agents/api/agent-marketplace/install/{name}", body={"tenant_id": "default"})

    def workflows(self) -> dict[str, Any] | None:
        params = {"query": "", "page": 1, "page_size": 20}
        return self.call("GET", "/workflows/marketplace/workflows", params=params)

    def workflow(self, name: str) -> dict[str, Any] | None:
        return self.call("GET", f"/workflows/marketplace/workflows/{name}")

    def domains(self, **params: Any) -> dict[str, Any] | None:
        params = {"query": "", "page": 1, "page_size": 20, **params}
        return self.call("GET", "/domains/api/v1/domains/marketplace/browse", params=params)

    def domain(self, name: str) -> dict[str, Any] | None:
        return self.call("GET", f"/domains/api/v1/domains/marketplace/details/{name}")

    def install_domain(self) -> dict[str, Any] | None:
        """It does not say which."""
        return self.call("POST", "/domains/api/v1/domains/marketplace/install", body={"tenant_id": "default"})

    def components(self, page: int = 1, size: int = 20, **params: Any) -> dict[str, Any] | None:
        params = {"query": "", "page": page, "limit": size, "offset": (page - 1) * size, **params}
        return self.call("GET", "/components/components", params=params)

    def component(self, name: str) -> dict[str, Any] | None:
        return self.call("GET", f"/components/components/{name}")

    def install_component(self, name: str) -> dict[str, Any] | None:
        body = {"component_id": name, "canvas_id": None}
        return self.call("POST", f"/components/components/{name}/install", body=body)

    def register(self, name: str = "home") -> dict[str, Any] | None:
        body = {"instance_name": name, "version": "1.0.0", "platform": "docker"}
        return self.call("POST", "/public/v1/marketplace/analytics/register", body=body)

    def report(self, instance_id: str, *reports: dict[str, Any]) -> dict[str, Any] | None:
        body = {"instance_id": instance_id, "reports": list(reports)}
        return self.call("POST", "/public/v1/marketplace/analytics/usage", body=body)


class Listener:
    """The WebSocket half."""

    def __init__(self, url: str, token: str, heartbeat: float = 30) -> None:
        self._url = f"{url}?token={token}"
        self._heartbeat = heartbeat
        self.connected = asyncio.Event()
        self.heard: list[dict[str, Any]] = []
        self.dropped = 0
        self.pongs = 0
        self.closes: list[int | None] = []
        self.refused: list[int] = []
        self.believes_connected = False
        self._times: deque[float] = deque()

    async def run(self) -> None:
        """Connects, listens, and comes again until it has failed ten times."""
        attempts = 0
        while attempts < 10:
            try:
                async with connect(self._url, max_size=MESSAGE_MAX, ping_interval=None, proxy=None) as socket:
                    attempts = 0
                    self.connected.set()
                    beat = asyncio.create_task(self._beat(socket.send))
                    try:
                        while True:
                            self._hear(await socket.recv())
                    finally:
                        beat.cancel()
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else None
                self.closes.append(code)
                self.connected.clear()
                if code in (1000, 1001):
                    self.believes_connected = True
                    return
            except InvalidStatus as refusal:
                self.refused.append(refusal.response.status_code)
            except OSError:
                pass
            await asyncio.sleep(DELAYS[min(attempts, len(DELAYS) - 1)])
            attempts += 1

    async def _beat(self, send: Callable[[str], Any]) -> None:
        while True:
            await asyncio.sleep(self._heartbeat)
            await send(json.dumps({"type": "ping"}))

    def _hear(self, raw: str | bytes) -> None:
        now = time.monotonic()
        while self._times and now - self._times[0] >= 1:
            self._times.popleft()
        if len(self._times) >= MESSAGES_A_SECOND:
            self.dropped += 1
            return
        self._times.append(now)
        assert isinstance(raw, str), "a text frame"
        message = json.loads(raw)
        if message["type"] == "pong":
            self.pongs += 1
        elif message["type"] in TYPES:
            assert isinstance(message["data"], dict)
            self.heard.append(message)
