"""What an unmodified ATOM instance needs of its marketplace, row by row of docs/SATELLITES.md."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

import pytest
from conftest import Server
from satellite import Satellite

SATELLITES = int(os.environ.get("SATELLITES", "20"))
UPDATES = int(os.environ.get("UPDATES", "200"))
PATIENCE = 60 + UPDATES / 10


async def until(there: Callable[[], bool], patience: float = 60) -> None:
    async with asyncio.timeout(patience):
        while not there():
            await asyncio.sleep(0.02)


def test_every_route(server: Server) -> None:
    publisher, tenant = server.tenant(), server.tenant()
    for number in range(120):
        publisher.submit("skill", f"skill-{number:03}", category="data", skill_type="python_code", tags=["x"])
    publisher.submit("skill", "needy", dependencies=[{"component_type": "skill", "id": "skill-000"}])
    for _ in range(2):
        publisher.publish("skill", "last", category="automation", skill_type="nodejs")
        publisher.publish("skill", "lasting", category="automation", skill_type="nodejs")
    publisher.publish(
        "agent",
        "seller",
        category="sales",
        capabilities=["quote", "negotiate"],
        memory={"heuristics": [{"error_type": "timeout", "error_code": "E1", "resolution": "Try again."}]},
    )
    publisher.publish("agent", "plain")
    publisher.publish("domain", "hr", topics=["people"])
    publisher.publish("domain", "law")
    publisher.publish("canvas", "chart", canvas_type="react", code="export default 1", category="charts")

    satellite = tenant.satellite()
    # Two calls are two event loops over one pool: a connection that was kept would be dead by now.
    assert satellite.health()
    assert satellite.health()

    everything = satellite.all_skills()
    assert len(everything) == len(set(everything)) == 123
    first = satellite.skills(category="automation", skill_type="nodejs")
    assert first is not None
    assert {skill["skill_id"] for skill in first["skills"]} == {"last", "lasting"}
    assert satellite.skills(query="lasting")["skills"][0]["id"] == "lasting"
    assert isinstance(satellite.skill("needy"), dict)
    assert satellite.skill("no-such") is None
    assert {category["name"] for category in satellite.categories()} >= {"data", "automation"}

    rated = satellite.rate("last", "user-1", 5, "Good.")
    assert rated["success"]
    assert rated["id"]
    assert satellite.rate("last", "user-1", 4)["id"] == rated["id"]
    assert satellite.rate("last", "user-2", 2)["id"] != rated["id"]
    assert satellite.skill("last")["average_rating"] == satellite.skill("last")["avg_rating"] == 3

    refused = satellite.install_skill("needy", auto_install_deps=False)
    assert refused["success"] is False
    assert refused["error"]
    installed = satellite.install_skill("needy")
    assert installed["success"] is True
    assert installed["error"] is None
    assert satellite.install_skill("needy")["success"] is True
    assert satellite.uninstall_skill("needy")["success"] is True
    assert satellite.install_skill("last")["success"] is True

    assert {"agents", "total", "page", "page_size"} <= set(satellite.agents())
    for name in ("seller", "plain"):
        agent = satellite.agent(name)
        assert agent["name"].strip()
        assert agent["category"] is not None
        assert agent["version"] is not None
        assert all(isinstance(one, str) for one in agent["capabilities"])
        assert len(agent["capabilities"]) == len(set(agent["capabilities"]))
        assert isinstance(agent.get("anonymized_memory_bundle", {}), dict)
        for heuristic in agent.get("anonymized_memory_bundle", {}).get("heuristics", []):
            assert heuristic["error_type"]
            assert heuristic["resolution"]
    assert satellite.agent("seller")["anonymized_memory_bundle"]["heuristics"]
    assert satellite.install_agent("seller") is not None

    assert satellite.workflows() == satellite.workflows() | {"workflows": [], "total": 0, "page": 1, "page_size": 20}
    assert satellite.workflow("any") is None

    assert {"domains", "total"} <= set(satellite.domains())
    assert satellite.domain("law")["domain_name"]
    assert satellite.domain("hr")["domain_name"] == "Hr"
    assert satellite.domain("hr")["description"]
    other = tenant.satellite("instance-2")
    assert other.domain("law")

    assert {"components", "total"} <= set(satellite.components())
    component = satellite.component("chart")
    assert component["name"]
    assert component["category"] == "charts"
    assert component["component_type"] == "react"
    assert component["code"] == "export default 1"
    assert satellite.install_component("chart") is not None

    registered = satellite.register()
    assert registered["instance_id"]
    assert registered["registration_token"]
    for count in (3, 3, 5):
        report = {"item_type": "skill", "item_id": "last", "execution_count": count, "success_count": count}
        assert satellite.report(registered["instance_id"], {**report, "total_duration_ms": 10})["success"]
    stats = publisher.send("GET", "/skill-marketplace/skills/last/stats")
    assert stats["all_time"]["execution_count"] == 5

    # The domain is the one looked at last, by this instance, before and after a restart.
    server.stop()
    server.start()
    done = satellite.install_domain()
    assert done is not None
    assert done["component_id"] == "hr"
    mine = tenant.send("GET", "/installations")["items"]
    kinds = {item["component_type"] for item in mine}
    assert kinds == {"agent", "skill", "canvas", "domain"}

    for answer in [*satellite.answers, *other.answers]:
        assert answer.headers["connection"] == "close", answer.request.url
        assert answer.status_code != 204, answer.request.url
        assert not answer.is_redirect, answer.request.url
        assert answer.json() is not None
    for path in ("/health/", "/skills/marketplace/skills/", "/agents/"):
        assert satellite.call("GET", path) is not None, path


def test_a_kept_connection_would_fail(server: Server) -> None:
    """The client here is as helpless as those out there: of a route that keeps connections it reads one answer."""
    client = Satellite(server.url, "any")
    assert client.call("GET", "/openapi.json") is not None
    with pytest.raises(RuntimeError, match="loop is closed"):
        client.call("GET", "/openapi.json")


def test_a_wrong_token_never_gets_a_socket(server: Server) -> None:
    tenant = server.tenant()

    async def refused() -> None:
        listener = tenant.listener("at_saas_wrong")
        task = asyncio.create_task(listener.run())
        await until(lambda: len(listener.refused) == 2)
        task.cancel()
        assert listener.refused == [401, 401]

    asyncio.run(refused())


def test_what_happens_is_heard_across_a_restart(server: Server) -> None:
    publisher, tenant = server.tenant(), server.tenant()

    async def listens() -> None:
        listener = tenant.listener(heartbeat=0.2)
        task = asyncio.create_task(listener.run())
        await listener.connected.wait()

        async def told(kind: str, about: dict[str, str]) -> None:
            def heard() -> bool:
                return any(one["type"] == kind and about.items() <= one["data"].items() for one in listener.heard)

            await until(heard)

        await asyncio.to_thread(publisher.publish, "skill", "tool", category="data")
        await told("category_update", {"name": "data"})
        await told("skill_update", {"skill_id": "tool", "name": "Tool"})
        satellite = tenant.satellite()
        await asyncio.to_thread(satellite.rate, "tool", "user", 4)
        await told("rating_update", {"skill_id": "tool"})
        rating = next(one for one in listener.heard if one["type"] == "rating_update")
        assert rating["data"]["rating"] == 4
        await until(lambda: listener.pongs > 1)

        await asyncio.to_thread(server.stop)
        await until(lambda: bool(listener.closes))
        assert listener.closes == [1012]
        await asyncio.to_thread(server.start)
        await until(listener.connected.is_set)
        await asyncio.to_thread(publisher.send, "DELETE", "/skill-marketplace/skills/tool")
        await told("skill_delete", {"skill_id": "tool"})
        assert not listener.believes_connected
        task.cancel()

    asyncio.run(listens())


def test_a_crowd_hears_all_in_order(server: Server) -> None:
    publisher, tenant = server.tenant(), server.tenant()

    async def listens() -> None:
        listeners = [tenant.listener() for _ in range(SATELLITES)]
        tasks = [asyncio.create_task(listener.run()) for listener in listeners]
        await asyncio.gather(*(listener.connected.wait() for listener in listeners))

        def publish() -> list[str]:
            names = [f"skill-{number:04}" for number in range(UPDATES)]
            for begin in range(0, UPDATES, 100):
                for name in names[begin : begin + 100]:
                    publisher.submit("skill", name)
                waiting = server.admin("GET", "/admin/submissions?page_size=100")["items"]
                for submission in sorted(waiting, key=lambda one: one["component_id"]):
                    server.admin("POST", f"/admin/submissions/{submission['id']}/approve", {})
            return names

        names = await asyncio.to_thread(publish)
        await until(lambda: all(len(one.heard) + one.dropped >= UPDATES for one in listeners), PATIENCE)
        for listener in listeners:
            assert listener.dropped == 0
            assert [one["data"]["skill_id"] for one in listener.heard] == names
            assert not listener.closes
        for task in tasks:
            task.cancel()

    asyncio.run(listens())
