"""Every Python sample of the integration guide, as it is printed, against a live server.

Only what the guide prints as a placeholder is replaced: its host, ids and credentials, and `...` where it stands for
arguments. Where a sample uses a name that it does not define, that name is given to it here, with the reason.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import guide
import httpx2
import pytest
from conftest import Server

from atom_marketplace import MarketplaceClient, MarketplaceError, RateLimitError, webhooks

pytestmark = pytest.mark.skipif(not guide.TEXT.is_file(), reason=f"there is no guide at {guide.TEXT}")

SECRET = "test-secret-key"


@pytest.fixture(scope="module")
def samples() -> dict[str, guide.Restored]:
    return {sample.name: sample for sample in guide.restore(guide.TEXT.read_text(encoding="utf-8"))}


class Guide:
    """Runs samples against the test environment."""

    def __init__(self, samples: dict[str, guide.Restored], server: Server) -> None:
        self.samples = samples
        self.server = server
        self.url = f"{server.url}/test"
        self.client = MarketplaceClient(self.url, "test-tenant-id", "test-api-token")

    def code(self, name: str, **replaced: str) -> str:
        """A sample with its placeholders replaced."""
        placeholders = {
            "https://atom-saas.fly.dev/api/test": self.url,
            "https://atom-saas.fly.dev/api": self.url,
            "your-tenant-id": "test-tenant-id",
            "your-api-token": "test-api-token",
            **replaced,
        }
        code = self.samples[name].code
        for printed, value in placeholders.items():
            code = code.replace(printed, value)
        return code

    def run(self, name: str, replaced: dict[str, str] | None = None, **prelude: Any) -> dict[str, Any]:
        """Runs a sample; gives the names that it has defined."""
        names = dict(prelude)
        exec(compile(self.code(name, **(replaced or {})), f"<guide: {name}>", "exec"), names)
        return names


@pytest.fixture
def printed(samples: dict[str, guide.Restored], server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guide]:
    """The guide's samples, with the settings that `MarketplaceClient(...)` reads."""
    runner = Guide(samples, server)
    monkeypatch.setenv("ATOM_BASE_URL", runner.url)
    monkeypatch.setenv("ATOM_TENANT_ID", "test-tenant-id")
    monkeypatch.setenv("ATOM_API_TOKEN", "test-api-token")
    yield runner
    runner.client.test_set_rate_limit(SECRET)
    runner.client.close()


@pytest.fixture
def fresh(printed: Guide) -> Guide:
    """The same, with the test environment as it is at first."""
    printed.client.test_reset(SECRET)
    return printed


def test_only_white_space_is_restored(samples: dict[str, guide.Restored]) -> None:
    text = guide.TEXT.read_text(encoding="utf-8")
    position = 0
    for sample in samples.values():
        assert guide.squeezed(sample.code) == guide.squeezed(sample.printed)
        position = text.index(sample.printed, position) + len(sample.printed)
        compile(sample.code, sample.name, "exec")


def test_there_are_no_other_samples(samples: dict[str, guide.Restored]) -> None:
    text = guide.TEXT.read_text(encoding="utf-8")
    for mark in ("# Python\n", "from atom_marketplace import", 'f"', "client.install_agent(", "import hmac", "def "):
        assert text.count(mark) == sum(sample.printed.count(mark) for sample in samples.values()), mark


def test_tenant_headers(printed: Guide) -> None:
    # The sample shows where the token goes, not where it comes from.
    headers = printed.run("tenant headers", api_token="test-api-token")["headers"]
    assert httpx2.get(f"{printed.url}/usage", headers=headers).json()["tenant_id"] == "test-tenant-id"


def test_federation_headers(printed: Guide) -> None:
    key = printed.client.create_federation_key("partner").key
    headers = printed.run("federation headers", {"your-federation-key": key})["headers"]
    assert headers["X-Federation-Key"] == key
    assert httpx2.get(f"{printed.url}/federation/v1/marketplace/agents", headers=headers).status_code == 200


def test_admin_headers(printed: Guide, server: Server) -> None:
    headers = printed.run("admin headers", {"your-admin-key": server.admin_key})["headers"]
    assert httpx2.get(f"{server.url}/admin/stats", headers=headers).status_code == 200


def test_python_client(fresh: Guide) -> None:
    names = fresh.run("python client")
    assert len(names["agents"]) > 0
    assert all("sales" in agent.capabilities and agent.average_rating >= 4 for agent in names["agents"])
    assert [one.component_id for one in fresh.client.list_installations()] == ["agent-123"]


@pytest.mark.parametrize(
    ("name", "component_type", "component_id"),
    [
        ("publish an agent", "agent", "atom_main"),
        ("publish a skill", "skill", "salesforce_integration"),
        ("publish a canvas", "canvas", "sales_outreach_template"),
        ("publish a domain", "domain", "sales_knowledge"),
    ],
)
def test_publishing(fresh: Guide, name: str, component_type: str, component_id: str) -> None:
    # Only the first of these samples makes the client that they all use.
    result = fresh.run(name, client=fresh.client)["result"]
    assert (result.component_type, result.id, result.version) == (component_type, component_id, "1.0.0")
    assert (result.marketplace_type, result.status) == ("public", "pending_review")


@pytest.mark.parametrize(
    ("name", "component_id"),
    [
        ("install an agent", "sales_automation_agent"),
        ("install a skill", "salesforce_integration"),
        ("install a canvas", "sales_outreach_template"),
    ],
)
def test_installing(printed: Guide, name: str, component_id: str) -> None:
    # Only the first of these samples makes the client that they all use.
    result = printed.run(name, client=printed.client)["result"]
    assert (result["status"], result.component_id, result.tenant_id) == ("installed", component_id, "test-tenant-id")
    assert result.source_tenant_id == "publisher-tenant-id"
    if component_id == "sales_automation_agent":
        assert result.install_config.settings == {"auto_approve": False, "max_daily_tasks": 100}


def test_creating_a_webhook(printed: Guide) -> None:
    webhook = printed.run("create a webhook")["webhook"]
    assert webhook.id
    assert webhook["url"] == "https://your-app.com/webhooks/marketplace"
    assert webhook.events == ["component.installed", "component.updated", "component.rated"]
    printed.client.delete_webhook(webhook.id)


def test_verifying_a_webhook(printed: Guide) -> None:
    verify_webhook = printed.run("verify a webhook")["verify_webhook"]
    payload, secret = '{"type":"component.installed","data":{"component_id":"sälës"}}', "your-webhook-secret"
    assert verify_webhook(payload, webhooks.sign(payload, secret), secret) is True
    assert verify_webhook(payload + " ", webhooks.sign(payload, secret), secret) is False


def test_rate_limits(printed: Guide, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    # The sample names `RateLimitError` without importing it.
    assert len(printed.run("rate limits", RateLimitError=RateLimitError)["result"]) == 20
    printed.client.test_set_rate_limit(SECRET, limit=0, window_seconds=60)
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with pytest.raises(RateLimitError):
        printed.run("rate limits", RateLimitError=RateLimitError)
    assert len(slept) == 2
    assert all(55 <= seconds <= 60 for seconds in slept)
    assert capsys.readouterr().out == "".join(f"Rate limited. Retrying after {seconds}s\n" for seconds in slept)


def test_pagination(printed: Guide) -> None:
    # The sample goes on with the client of those before.
    names = printed.run("pagination", client=printed.client)
    ids = [agent.id for agent in names["all_agents"]]
    assert len(ids) == len(set(ids)) == printed.client.list_agents("public", page_size=1).total > 250
    assert names["page"] == 3


def test_cache(printed: Guide) -> None:
    # The sample goes on with the client of those before.
    get_agent_details = printed.run("cache", client=printed.client)["get_agent_details"]
    assert get_agent_details("test-agent").name == "Test Agent"
    assert get_agent_details("test-agent") is get_agent_details("test-agent")


def test_bulk(fresh: Guide) -> None:
    # The sample goes on with the client of those before, and with ids that the reader chooses.
    skill_ids = ["salesforce_integration", "skill_id", "skill-001"]
    fresh.run("bulk", client=fresh.client, skill_ids=skill_ids)
    installed = fresh.client.list_installations(component_type="skill")
    assert sorted(one.component_id for one in installed) == sorted(skill_ids)


def test_usage(fresh: Guide, capsys: pytest.CaptureFixture[str]) -> None:
    usage = fresh.run("usage")["usage"]
    assert capsys.readouterr().out == (
        f"API calls remaining: {usage.rate_limit_remaining}\nStorage used: 0/{10 * 1024**3}\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("...", "Marketplace error: INVALID_REQUEST - Missing: agent_id.\n"),
        ("'nothing'", "Component not found: nothing\n"),
        ("'test-agent', 'another-tenant'", "Insufficient permissions: tenants:manage\n"),
        ("'test-agent'", ""),
    ],
)
def test_errors(printed: Guide, arguments: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    # The sample names `MarketplaceError` without importing it.
    replaced = {"client.install_agent(...)": f"client.install_agent({arguments})"}
    printed.run("errors", replaced, MarketplaceError=MarketplaceError)
    assert capsys.readouterr().out == said


def test_errors_when_rate_limited(printed: Guide, capsys: pytest.CaptureFixture[str]) -> None:
    printed.client.test_set_rate_limit(SECRET, limit=0, window_seconds=60)
    replaced = {"client.install_agent(...)": "client.install_agent('test-agent')"}
    printed.run("errors", replaced, MarketplaceError=MarketplaceError)
    assert capsys.readouterr().out in [f"Rate limited. Retry after {seconds}s\n" for seconds in (60, 59, 58)]


def test_initialization(printed: Guide) -> None:
    assert printed.run("initialization")["client"].get_usage().tenant_id == "test-tenant-id"


def test_the_guides_own_tests(printed: Guide, tmp_path: Path) -> None:
    file = tmp_path / "test_integration.py"
    file.write_text(printed.code("tests"), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:asyncio",
        "-W",
        "error",
        file.name,
    ]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "2 passed" in result.stdout


KEY_METHODS = {
    "list_agents(marketplace_type, capability, min_rating)": ("list_agents", "public", "sales", 4.0),
    "get_agent(agent_id)": ("get_agent", "test-agent"),
    "install_agent(agent_id, ...)": ("install_agent", "test-agent", ...),
    "rate_skill(skill_id, rating)": ("rate_skill", "salesforce_integration", 5),
}


@pytest.mark.parametrize("printed_as", KEY_METHODS)
def test_key_methods(fresh: Guide, printed_as: str) -> None:
    assert printed_as in guide.TEXT.read_text(encoding="utf-8")
    name, *arguments = KEY_METHODS[printed_as]
    assert isinstance(name, str)
    assert getattr(fresh.client, name)(*arguments) is not None


@pytest.mark.parametrize(
    "printed_as", ["publish_agent(...)", "create_webhook(url, events, secret)", "delete_webhook(webhook_id)"]
)
def test_key_methods_that_are_not_called_as_printed(printed: Guide, printed_as: str) -> None:
    assert printed_as in guide.TEXT.read_text(encoding="utf-8")
    with pytest.raises(MarketplaceError) as raised:
        getattr(printed.client, printed_as.split("(", maxsplit=1)[0])(...)
    assert raised.value.code == "INVALID_REQUEST"
