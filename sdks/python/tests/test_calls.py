"""What is sent: paths, queries, bodies, headers; and what is refused before it is."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from faults import Answer, FaultServer, error

from atom_marketplace import (
    AdminKeyWarning,
    AsyncMarketplaceClient,
    InvalidRequestError,
    MarketplaceClient,
    MarketplaceError,
    UnexpectedResponseError,
)
from atom_marketplace.types import Dependency


@pytest.fixture
def client(faults: FaultServer) -> MarketplaceClient:
    faults.will(Answer(200, {"items": []}))
    return MarketplaceClient(faults.url, "acme", "at_saas_x")


@pytest.mark.parametrize(
    "harmful", ["", ".", "..", "a/b", "../b", "a\\b", "a\nb", "search", "bulk-install", "categories"]
)
@pytest.mark.parametrize(
    "call",
    [
        lambda client, value: client.get_agent(value),
        lambda client, value: client.install_skill(value),
        lambda client, value: client.get_canvas_version("a", value),
        lambda client, value: client.delete_webhook(value),
        lambda client, value: client.quarantine_component("agent", value, "a"),
    ],
    ids=["get", "install", "version", "webhook", "tenant"],
)
def test_ids_that_would_change_the_path_are_refused(
    faults: FaultServer, client: MarketplaceClient, call: Callable[[MarketplaceClient, str], Any], harmful: str
) -> None:
    with pytest.raises(InvalidRequestError, match="is no "):
        call(client, harmful)
    assert faults.requests == []


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a.b-c_d", "a.b-c_d"),
        ("...", "..."),
        ("1.0.0+b?x#y%2e z", "1.0.0%2Bb%3Fx%23y%252e%20z"),
        ("ünï", "%C3%BCn%C3%AF"),
    ],
)
def test_everything_else_in_a_path_is_escaped(
    faults: FaultServer, client: MarketplaceClient, value: str, written: str
) -> None:
    client.get_agent_version("a", value)
    assert faults.requests[0].target == f"/api/agent-marketplace/agents/a/versions/{written}"


def test_a_query(faults: FaultServer, client: MarketplaceClient) -> None:
    client.list_agents("public", ["sales", "crm"], 4.0, tag="a&b", publisher=None, page_size=100)
    path, query = faults.requests[0].target.split("?")
    assert path == "/api/agent-marketplace/agents"
    assert sorted(query.split("&")) == [
        "capability=crm",
        "capability=sales",
        "marketplace_type=public",
        "min_rating=4.0",
        "page_size=100",
        "tag=a%26b",
    ]
    client.publish_agent("a", "private", "n", "d", dry_run=True)
    assert faults.requests[1].target == "/api/agent-marketplace/agents?dry_run=true"


def test_install_config_goes_as_it_is(faults: FaultServer, client: MarketplaceClient) -> None:
    config: Any = {
        "api_keys": {"salesForce-Key": "ключ"},
        "settings": {
            "maxDailyTasks": 1,
            "max_daily_tasks": 2.5,
            "deep": [{"aB": None, "c_d": True}],
            "ünï": "\u2028 </x>",
        },
    }
    client.install_agent("a", "acme", source_tenant_id="other", install_config=config)
    assert faults.requests[0].body.decode() == (
        '{"source_tenant_id":"other","target_tenant_id":"acme","install_config":{"api_keys":{"salesForce-Key":"ключ"},'
        '"settings":{"maxDailyTasks":1,"max_daily_tasks":2.5,"deep":[{"aB":null,"c_d":true}],"ünï":"\u2028 </x>"}}}'
    )
    assert faults.requests[0].headers["content-type"] == "application/json"


def test_both_sdks_send_the_same_bytes(faults: FaultServer, client: MarketplaceClient) -> None:
    """The TypeScript SDK's tests expect the same of the same configuration, written in camelCase."""
    vector = json.loads((Path(__file__).parents[2] / "vectors" / "install.json").read_text(encoding="utf-8"))
    client.install_agent(
        "sales_automation_agent",
        "your-tenant-id",
        source_tenant_id="publisher-tenant-id",
        install_config={
            "api_keys": {"salesforceKey": "k", "other_key": "l"},
            "settings": {
                "auto_approve": False,
                "max_daily_tasks": 100,
                "deeper": [{"retry_policy": {"max_count": 3, "SOME_ENV": "x"}}],
            },
        },
    )
    assert faults.requests[0].body.decode() == vector["body"]


def test_a_body_takes_models_times_and_tuples(faults: FaultServer, client: MarketplaceClient) -> None:
    needed = Dependency({"component_type": "skill", "id": "crm", "version": "^1"})
    client.publish_agent("a", "private", "n", "d", tags=("x",), dependencies=[needed], license=None)
    assert json.loads(faults.requests[0].body) == {
        "agent_id": "a",
        "marketplace_type": "private",
        "name": "n",
        "description": "d",
        "dependencies": [{"component_type": "skill", "id": "crm", "version": "^1"}],
        "license": None,
        "tags": ["x"],
    }
    client.create_token("ci", expires_at=datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert json.loads(faults.requests[1].body) == {"name": "ci", "expires_at": "2030-01-02T03:04:05Z"}
    client.install_agent("a")
    assert faults.requests[2].body == b"{}"


@pytest.mark.parametrize(
    "value", [float("nan"), b"bytes", object(), "\ud800"], ids=["nan", "bytes", "object", "surrogate"]
)
def test_what_is_no_json_is_refused(faults: FaultServer, client: MarketplaceClient, value: Any) -> None:
    with pytest.raises(InvalidRequestError, match="JSON"):
        client.install_agent("a", install_config={"settings": {"x": value}})
    assert faults.requests == []


CALLS_WITHOUT: list[tuple[Callable[[Any], Any], list[str]]] = [
    (lambda client: client.install_agent(...), ["agent_id"]),
    (lambda client: client.install_skill(..., "acme"), ["skill_id"]),
    (lambda client: client.get_agent(...), ["agent_id"]),
    (lambda client: client.rate_skill(...), ["skill_id", "rating"]),
    (lambda client: client.rate_skill("s", ...), ["rating"]),
    (lambda client: client.publish_agent(...), ["agent_id", "marketplace_type", "name", "description"]),
    (lambda client: client.publish_canvas(..., name="n", canvas_id="c"), ["marketplace_type", "description"]),
    (lambda client: client.create_webhook(...), ["url", "events"]),
    (lambda client: client.delete_webhook(...), ["webhook_id"]),
    (lambda client: client.search_agents(...), ["query"]),
    (lambda client: client.bulk_install_skills(..., ...), ["skill_ids"]),
]


@pytest.mark.parametrize(("call", "missing"), CALLS_WITHOUT)
async def test_an_ellipsis_is_not_given(
    faults: FaultServer, client: MarketplaceClient, call: Callable[[Any], Any], missing: list[str]
) -> None:
    with pytest.raises(MarketplaceError) as raised:
        call(client)
    assert raised.value.code == "INVALID_REQUEST"
    assert [field["path"] for field in raised.value.details["fields"]] == missing
    async with AsyncMarketplaceClient(faults.url) as other:
        with pytest.raises(InvalidRequestError):
            await call(other)
    assert faults.requests == []


def test_an_ellipsis_for_what_may_be_left_out(faults: FaultServer, client: MarketplaceClient) -> None:
    client.list_agents(..., ..., 4, sort=...)
    assert faults.requests[0].target == "/api/agent-marketplace/agents?min_rating=4"
    client.install_agent("a", ...)
    assert faults.requests[1].body == b"{}"


def test_python_still_minds_its_own(client: MarketplaceClient) -> None:
    with pytest.raises(TypeError):
        client.install_agent()  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        client.install_agent("a", colour="red")  # type: ignore[call-overload]


def test_settings_from_the_environment(faults: FaultServer, monkeypatch: pytest.MonkeyPatch) -> None:
    faults.will(Answer(200))
    for name, value in {"BASE_URL": faults.url + "/", "TENANT_ID": "acme", "API_TOKEN": "at_saas_env"}.items():
        monkeypatch.setenv(f"ATOM_{name}", value)
    for client in (MarketplaceClient(...), MarketplaceClient(), MarketplaceClient(..., None, ...)):
        client.get_usage()
        headers = faults.requests[-1].headers
        assert (headers["authorization"], headers["x-tenant-id"]) == ("Bearer at_saas_env", "acme")
        assert faults.requests[-1].target == "/api/usage"
    MarketplaceClient(api_token="at_saas_own", tenant_id="other").get_usage()
    headers = faults.requests[-1].headers
    assert (headers["authorization"], headers["x-tenant-id"]) == ("Bearer at_saas_own", "other")
    MarketplaceClient(federation_key="sk-fed-x").get_usage()
    assert faults.requests[-1].headers["x-federation-key"] == "sk-fed-x"
    assert "authorization" not in faults.requests[-1].headers


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "ATOM_BASE_URL"),
        ({"base_url": "market.example/api"}, "is no base URL"),
        ({"base_url": "http://[bad/api"}, "is no base URL"),
        ({"base_url": "http://m.example:port/api"}, "is no base URL"),
        ({"base_url": "http://m example/api"}, "is no base URL"),
        ({"base_url": "ftp://market.example/api"}, "is no base URL"),
        ({"base_url": "https://market.example/api?x=1"}, "is no base URL"),
        ({"base_url": "https://me:pw@market.example/api"}, "no password"),
        ({"base_url": "https://m.example/api", "api_token": "a", "admin_key": "b"}, "one of"),
        ({"base_url": "https://m.example/api", "api_token": "a\nb"}, "printable"),
    ],
)
@pytest.mark.parametrize("kind", [MarketplaceClient, AsyncMarketplaceClient])
def test_settings_that_cannot_be(kind: Any, settings: dict[str, str], message: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(InvalidRequestError, match=message):
            kind(**settings)


def test_a_root_is_taken_for_its_api(faults: FaultServer) -> None:
    faults.will(Answer(200))
    MarketplaceClient(faults.url.removesuffix("/api")).get_usage()
    MarketplaceClient(faults.url + "/test").get_usage()
    assert [request.target for request in faults.requests] == ["/api/usage", "/api/test/usage"]


@pytest.mark.parametrize("kind", [MarketplaceClient, AsyncMarketplaceClient])
def test_an_admin_key_is_warned_about(kind: Any) -> None:
    with pytest.warns(AdminKeyWarning, match="Never use admin keys in production") as caught:
        kind("http://127.0.0.1/api", admin_key="x" * 32)
    assert caught[0].filename == __file__


def test_an_admin_key_is_sent(faults: FaultServer) -> None:
    faults.will(Answer(200))
    with pytest.warns(AdminKeyWarning):
        client = MarketplaceClient(faults.url, admin_key="k" * 32)
    client.get_usage(options={"tenant_id": "acme"})
    headers = faults.requests[0].headers
    assert (headers["x-admin-key"], headers["x-tenant-id"]) == ("k" * 32, "acme")


def test_options_of_a_call_and_of_a_client(faults: FaultServer, client: MarketplaceClient) -> None:
    client.get_usage(options={"headers": {"x-trace": "1", "ACCEPT": "application/problem+json"}, "tenant_id": "other"})
    headers = faults.requests[0].headers
    assert (headers["x-trace"], headers["accept"], headers["x-tenant-id"]) == ("1", "application/problem+json", "other")
    other = client.with_options(headers={"X-Trace": "2"}, max_retries=0, tenant_id="third")
    other.get_usage()
    client.get_usage()
    assert [request.headers.get("x-trace") for request in faults.requests[1:]] == ["2", None]
    assert [request.headers.get("x-tenant-id") for request in faults.requests[1:]] == ["third", "acme"]
    assert faults.requests[2].headers["user-agent"].startswith("atom-marketplace-python/")
    other.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.get_usage()


def test_a_request_of_ones_own(faults: FaultServer, client: MarketplaceClient) -> None:
    faults.will(Answer(200, {"a": 1}, {"X-Request-ID": "req_9", "ETag": '"e"', "X-RateLimit-Limit": "10"}))
    answer = client.request("post", "/new/{route}", query={"q": [1, 2]}, body={"x": ...}, options={"timeout": 5})
    assert faults.requests[0][:2] == ("POST", "/api/new/%7Broute%7D?q=1&q=2")
    assert (answer.status_code, answer.json(), answer.text) == (200, {"a": 1}, '{"a": 1}')
    assert (answer.request_id, answer.etag, answer.headers["etag"], answer.rate_limit) == ("req_9", '"e"', '"e"', None)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"items": 1}'])
def test_a_page_that_is_none(faults: FaultServer, client: MarketplaceClient, body: bytes) -> None:
    faults.will(Answer(200, body))
    with pytest.raises(UnexpectedResponseError):
        client.list_agents()


@pytest.mark.parametrize("body", [b"<html>", b"[]", b""], ids=["html", "an array", "nothing"])
def test_an_answer_that_is_none(faults: FaultServer, client: MarketplaceClient, body: bytes) -> None:
    faults.will(Answer(200, body, {"X-Request-ID": "req_7"}))
    with pytest.raises(UnexpectedResponseError, match="Is base_url right") as raised:
        client.get_usage()
    assert raised.value.request_id == "req_7"


def test_redirects_are_not_followed(faults: FaultServer, client: MarketplaceClient) -> None:
    faults.will(Answer(302, b"", {"Location": "http://127.0.0.1:9/elsewhere"}))
    for call in (client.get_usage, lambda: client.delete_token("tok_1")):
        with pytest.raises(UnexpectedResponseError, match="elsewhere"):
            call()
    with httpx2.Client(follow_redirects=True) as http, pytest.raises(UnexpectedResponseError):
        MarketplaceClient(faults.url, http_client=http).get_usage()
    assert len(faults.requests) == 3


def test_headers_that_cannot_be(faults: FaultServer, client: MarketplaceClient) -> None:
    for call in (
        lambda: client.create_token("ci", options={"idempotency_key": "ä"}),
        lambda: client.get_usage(options={"headers": {"X-Trace": "a\r\nX-Admin-Key: b"}}),
        lambda: client.update_agent("a", if_match="\n"),
    ):
        with pytest.raises(InvalidRequestError, match="printable"):
            call()
    assert faults.requests == []


async def test_an_http_client_of_ones_own() -> None:
    def respond(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, json={"plan": request.headers["authorization"]})

    transport = httpx2.MockTransport(respond)
    with httpx2.Client(transport=transport) as http:
        with MarketplaceClient("https://m.example/api", api_token="t", http_client=http) as client:
            assert client.get_usage().plan == "Bearer t"  # type: ignore[comparison-overlap]
        assert not http.is_closed
    async with httpx2.AsyncClient(transport=transport) as async_http:
        async with AsyncMarketplaceClient("https://m.example/api", api_token="t", http_client=async_http) as other:
            assert (await other.get_usage()).plan == "Bearer t"  # type: ignore[comparison-overlap]
        assert not async_http.is_closed


def test_debugging_shows_no_secrets(faults: FaultServer, caplog: pytest.LogCaptureFixture, waits: list[float]) -> None:
    faults.will(error(503, "UNAVAILABLE"), Answer(201, {"token": "at_saas_new"}, {"X-Request-ID": "req_5"}))
    client = MarketplaceClient(faults.url, "acme", "at_saas_secret")
    with caplog.at_level(logging.DEBUG, "atom_marketplace"):
        client.install_agent("a", install_config={"api_keys": {"crm": "crm-secret"}})
    own = [record.getMessage() for record in caplog.records if record.name == "atom_marketplace"]
    assert len(own) == 3
    assert "503" in own[0]
    assert "again in" in own[1]
    assert "201" in own[2]
    assert "req_5" in own[2]
    assert "/agent-marketplace/agents/a/install" in own[2]
    assert not any(secret in caplog.text for secret in ("at_saas_secret", "crm-secret", "at_saas_new"))
    assert "at_saas_secret" not in repr(client)


def test_importing_is_light() -> None:
    """What only requests need comes with the first one."""
    script = (
        "import sys; from atom_marketplace import MarketplaceClient; MarketplaceClient('https://m.example/api'); "
        "print([name for name in ('httpx2', 'asyncio', 'ssl', 'logging', 'email', 'inspect') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
