"""What users do, against the real server."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from conftest import Server, Tenant

from atom_marketplace import (
    AgentLimitExceededError,
    AmbiguousComponentError,
    ComponentNotFoundError,
    DependencyMissingError,
    FederationKeyInvalidError,
    InsufficientPermissionsError,
    InvalidConfigurationError,
    InvalidRequestError,
    MarketplaceClient,
    NotFoundError,
    PlanRestrictedError,
    PreconditionFailedError,
    RateLimitError,
    TenantNotFoundError,
    UnauthenticatedError,
    VersionExistsError,
)
from atom_marketplace.types import DependencyParam, FileParam

ROWS = (0, 99, 100, 101, 250)


@pytest.fixture(scope="module")
def crowd(server: Server) -> Tenant:
    """A tenant with 250 agents of its own; the tag `n99` is on 99 of them, and so on."""
    tenant = server.tenant("enterprise")
    with tenant.client() as client:
        for number in range(max(ROWS)):
            tags = [f"n{rows}" for rows in ROWS if number < rows]
            client.publish_agent(f"agent-{number:03}", "private", f"Agent {number}", "One of many.", tags=tags)
    return tenant


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("page_size", [7, 100])
def test_paging_gives_every_id_once(crowd: Tenant, rows: int, page_size: int) -> None:
    with crowd.client() as client:
        page = client.list_agents("private", tag=f"n{rows}", page_size=page_size)
        assert (page.total, page.page_size, len(page)) == (rows, page_size, min(rows, page_size))
        ids = [agent.id for agent in page.auto_paging_iter()]
        assert sorted(ids) == [f"agent-{number:03}" for number in range(rows)]


@pytest.mark.parametrize("rows", ROWS)
async def test_paging_with_asyncio(crowd: Tenant, rows: int) -> None:
    async with crowd.async_client() as client:
        page = await client.list_agents("private", tag=f"n{rows}", page_size=50)
        assert sorted([agent.id async for agent in page]) == [f"agent-{number:03}" for number in range(rows)]
        assert len(page) == min(rows, 50)


def test_paging_by_number_and_from_the_middle(crowd: Tenant) -> None:
    with crowd.client() as client:
        pages = [client.list_agents("private", page=number, page_size=100, sort="name") for number in (1, 2, 3, 4)]
        assert [len(page) for page in pages] == [100, 100, 50, 0]
        assert [page.has_more for page in pages] == [True, True, False, False]
        rest = list(pages[1].auto_paging_iter())
        assert [agent.id for agent in rest] == [agent.id for page in pages[1:] for agent in page]
        following = pages[0].next_page()
        assert following == pages[1]
        assert pages[2].next_page() is None


def test_publishing(client: MarketplaceClient, tenant: Tenant) -> None:
    planned = client.publish_skill("invoice", "private", "Invoices", "Reads invoices.", dry_run=True)
    assert (planned.ok, planned.version) == (True, "1.0.0")
    script: FileParam = {
        "path": "run.bin",
        "encoding": "base64",
        "content": base64.b64encode(bytes(range(256))).decode(),
    }
    first = client.publish_skill(
        "invoice", "private", "Invoices", "Reads invoices.", category="finance", files=[script], content={"a-B": [1]}
    )
    assert (first.version, first.status, first.source_tenant_id) == ("1.0.0", "published", tenant.id)
    assert first.raw_response is not None
    assert first.raw_response.status_code == 201
    assert datetime.now(UTC) - first.created_at < timedelta(minutes=5)
    again = client.publish_skill(
        "invoice", "private", "Invoices", "Reads invoices.", category="finance", files=[script], content={"a-B": [1]}
    )
    assert again.raw_response is not None
    assert (again.version, again.raw_response.status_code) == ("1.0.0", 200)
    bundle = client.get_skill_bundle("invoice")
    assert base64.b64decode(bundle.files[0].content) == bytes(range(256))
    assert bundle.manifest.content == {"a-B": [1]}
    with pytest.raises(VersionExistsError):
        client.publish_skill("invoice", "private", "Invoices", "Other.", version="1.0.0")
    second = client.publish_skill("invoice", "private", "Invoices", "Better.")
    assert second.version == "1.0.1"
    assert [version.version for version in client.list_skill_versions("invoice")] == ["1.0.1", "1.0.0"]
    assert client.yank_skill_version("invoice", "1.0.0", reason="Old.").yanked
    assert not client.unyank_skill_version("invoice", "1.0.0").yanked
    assert client.get_skill_version("invoice", "1.0.0").status == "published"
    assert [count.category for count in client.list_skill_categories() if count.category == "finance"] == ["finance"]
    client.withdraw_skill("invoice")
    with pytest.raises(ComponentNotFoundError) as raised:
        client.get_skill("invoice")
    assert (raised.value.component_type, raised.value.component_id) == ("skill", "invoice")


def test_a_change_minds_the_etag(client: MarketplaceClient) -> None:
    client.publish_agent("mine", "private", "Mine", "Does things.")
    read = client.get_agent("mine")
    assert read.raw_response is not None
    etag = read.raw_response.etag
    changed = client.update_agent("mine", deprecated={"message": "Use another."}, if_match=etag)
    assert changed.deprecated is not None
    assert changed.deprecated.message == "Use another."
    with pytest.raises(PreconditionFailedError):
        client.update_agent("mine", deprecated=None, if_match=etag)
    assert client.update_agent("mine", deprecated=None).deprecated is None


def test_review_by_the_platform(server: Server, tenant: Tenant) -> None:
    with tenant.client() as publisher, server.admin() as admin, server.tenant().client() as reader:
        pending = publisher.publish_domain(f"know-{tenant.id}", "public", "Knowledge", "What we know.")
        assert pending.status == "pending_review"
        with pytest.raises(ComponentNotFoundError):
            reader.get_domain(pending.id)
        waiting = [one for one in admin.list_submissions(source_tenant_id=tenant.id) if one.component_id == pending.id]
        assert admin.get_submission(waiting[0].id).manifest.name == "Knowledge"
        assert admin.approve_submission(waiting[0].id, digest=waiting[0].digest).status == "published"
        assert reader.get_domain(pending.id).publisher.tenant_id == tenant.id
        found = reader.search_components("knowledge", kind=["domain"], publisher=tenant.id)
        assert [one.id for one in found] == [pending.id]
        assert found[0].score is not None
        admin.quarantine_component("domain", tenant.id, pending.id, reason="Looking into it.")
        with pytest.raises(ComponentNotFoundError):
            reader.get_domain(pending.id)
        assert admin.release_component("domain", tenant.id, pending.id).status == "published"


def test_installing(client: MarketplaceClient, tenant: Tenant) -> None:
    plan = client.install_agent("sales_automation_agent", source_tenant_id="acme", dry_run=True)
    assert (plan.ok, plan.already_installed) == (True, False)
    installs = [client.install_agent("sales_automation_agent", tenant.id, source_tenant_id="acme") for _ in range(3)]
    assert {one.status for one in installs} == {"installed"}
    assert len({one.id for one in installs}) == 1
    assert [one.raw_response.status_code for one in installs if one.raw_response] == [201, 200, 200]
    assert client.get_usage().agents_installed == 1
    lock = client.get_installations_lock()
    client.uninstall_agent("sales_automation_agent", tenant.id)
    assert client.list_installations() == []
    assert client.install_lock(lock).installed == len(lock.components)
    assert client.get_installations_lock() == lock
    one = client.list_installations()[0]
    assert client.get_installation_bundle(one.id).id == "sales_automation_agent"
    summary = client.rate_agent("sales_automation_agent", 4, review="Good.", source_tenant_id="acme")
    assert summary.rating == 4
    assert "Good." in [review.review for review in client.list_agent_reviews("sales_automation_agent")]
    assert client.delete_agent_rating("sales_automation_agent").rating is None


def test_configuration_is_kept_as_it_was_given(client: MarketplaceClient) -> None:
    client.publish_agent(
        "strict",
        "private",
        "Strict",
        "Has settings.",
        config_schema={
            "type": "object",
            "properties": {"maxDailyTasks": {"type": "integer"}, "deep": {"type": "object"}},
            "required_api_keys": ["crm"],
        },
    )
    with pytest.raises(InvalidConfigurationError) as raised:
        client.install_agent("strict", install_config={"settings": {"maxDailyTasks": "many"}})
    wrong = {error["path"] for error in raised.value.errors}
    assert wrong == {"install_config.settings.maxDailyTasks", "install_config.api_keys.crm"}
    settings = {"maxDailyTasks": 3, "deep": {"snake_case": 1, "camelCase": [None, {"x-Y": 1.5}]}}
    done = client.install_agent("strict", install_config={"api_keys": {"crm": "k"}, "settings": settings})
    assert done.install_config.settings == settings
    assert "k" not in str(done.to_dict()["install_config"].get("api_keys", {}))
    changed = client.update_installation(done.id, install_config={"settings": {"maxDailyTasks": 4}})
    assert changed.install_config.settings == {"maxDailyTasks": 4}


def test_bulk_installing(client: MarketplaceClient, tenant: Tenant) -> None:
    for name in ("one", "two"):
        client.publish_skill(name, "private", name, "A skill.")
    done = client.bulk_install_skills(["one", "nothing", "two"], tenant.id)
    assert (done.installed, done.failed) == (2, 1)
    assert [result.status for result in done.results] == ["installed", "failed", "installed"]
    assert done.results[0].installation is not None
    assert done.results[0].installation.component_id == "one"
    assert done.results[1].error is not None
    assert done.results[1].error.code == "COMPONENT_NOT_FOUND"


def test_what_may_not_be_installed(server: Server, tenant: Tenant) -> None:
    with tenant.client() as client:
        needs: list[DependencyParam] = [{"component_type": "skill", "id": "crm", "version": "^1"}]
        client.publish_agent("needy", "private", "Needy", "Needs.", dependencies=needs)
        with pytest.raises(DependencyMissingError) as missing:
            client.install_agent("needy")
        assert missing.value.missing[0]["id"] == "crm"
        client.publish_agent("dear", "private", "Dear", "Costs.", pricing_tier="enterprise")
        with pytest.raises(PlanRestrictedError) as plan:
            client.install_agent("dear")
        assert plan.value.required_plan == "enterprise"
        with pytest.raises(InsufficientPermissionsError) as foreign:
            client.install_agent("needy", "acme")
        assert foreign.value.required_permission == "tenants:manage"
    with server.tenant("free").client() as client:
        for number in range(6):
            client.publish_agent(f"a{number}", "private", "A", "One.")
        for number in range(5):
            client.install_agent(f"a{number}")
        with pytest.raises(AgentLimitExceededError) as full:
            client.install_agent("a5")
        assert full.value.details["limit"] == 5


def test_who_calls(server: Server, tenant: Tenant) -> None:
    with MarketplaceClient(server.url) as nobody:
        assert nobody.list_skills("public").total > 0
        with pytest.raises(UnauthenticatedError):
            nobody.get_usage()
    with MarketplaceClient(server.url, "acme", tenant.token) as stranger, pytest.raises(TenantNotFoundError):
        stranger.get_usage()
    with tenant.client() as client:
        narrow = client.create_token(
            "reader", scopes=["components:read"], expires_at=datetime.now(UTC) + timedelta(days=1)
        )
        assert narrow.expires_at is not None
        with MarketplaceClient(server.url, tenant.id, narrow.token) as reader:
            assert reader.get_current_token().scopes == ["components:read"]
            with pytest.raises(InsufficientPermissionsError) as refused:
                reader.publish_agent("a", "private", "A", "An agent.")
            assert refused.value.required_permission == "components:publish"
            assert refused.value.request_id
        rotated = client.rotate_token(narrow.id)
        assert rotated.token != narrow.token
        client.delete_token(narrow.id)
        assert narrow.id not in [token.id for token in client.list_tokens()]
        with pytest.raises(NotFoundError):
            client.delete_token("tok_nothing")


def test_a_tenant_and_its_people(client: MarketplaceClient, tenant: Tenant) -> None:
    assert client.update_tenant(name="Renamed").name == "Renamed"
    assert client.get_tenant().limits.agents == 100
    member = client.add_member(f"ada@{tenant.id}.example", "publisher")
    assert client.update_member(member.user_id, "viewer").role == "viewer"
    client.remove_member(member.user_id)
    assert member.user_id not in [one.user_id for one in client.list_members()]
    key = client.create_federation_key("partner")
    assert key.key.startswith("sk-fed-")
    client.delete_federation_key(key.id)
    assert client.list_federation_keys() == []


def test_a_federation_key_reads_what_is_public(server: Server, client: MarketplaceClient) -> None:
    key = client.create_federation_key("partner", source="https://partner.example").key
    with MarketplaceClient(server.url, federation_key=key) as partner:
        page = partner.federation_list_agents(page_size=50)
        ids = [(agent.source_tenant_id, agent.id) for agent in page.auto_paging_iter()]
        assert len(ids) == len(set(ids)) == page.total > 50
        canvas = partner.federation_list_canvases()[0]
        again = partner.federation_get_canvas(canvas.id, source_tenant_id=canvas.source_tenant_id)
        assert again.digest == canvas.digest
        bundle = partner.federation_get_canvas_bundle(canvas.id, source_tenant_id=canvas.source_tenant_id)
        assert bundle.raw_response is not None
        assert "sha-256=" in bundle.raw_response.headers["content-digest"]
        assert bundle.digest == canvas.digest
    stranger = MarketplaceClient(server.url, federation_key="sk-fed-wrong")
    with pytest.raises(FederationKeyInvalidError):
        stranger.federation_list_skills()


def test_threads_may_share_a_client(client: MarketplaceClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = [f"s{number}" for number in range(24)]
        published = list(pool.map(lambda name: client.publish_skill(name, "private", name, "A skill."), names))
        assert [one.id for one in published] == names
        assert set(pool.map(lambda name: client.get_skill(name).id, names * 2)) == set(names)


def test_usage(client: MarketplaceClient) -> None:
    usage = client.get_usage_stats()
    assert usage == client.get_usage() or usage.plan == "team"
    assert usage["rate_limit_remaining"] == usage.rate_limit_remaining > 0
    assert usage.raw_response is not None
    assert usage.raw_response.rate_limit is not None
    assert usage.raw_response.rate_limit.remaining == usage.rate_limit_remaining
    assert (usage.storage_used, usage.storage_limit) == (0, 10 * 1024**3)


def test_a_field_that_is_wrong_is_named(client: MarketplaceClient) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        client.publish_agent("a", "private", "x" * 101, "d")
    assert [field["path"] for field in raised.value.fields] == ["name"]
    with pytest.raises(InvalidRequestError) as raised:
        client.list_agents(page_size=101)
    assert [field["path"] for field in raised.value.fields] == ["page_size"]


def test_an_ambiguous_id(server: Server) -> None:
    reader, publishers = server.tenant(), [server.tenant(), server.tenant()]
    for publisher in publishers:
        with publisher.client() as client:
            client.publish_agent("twin", "private", "Twin", "One of two.", shared_with=[reader.id])
    with reader.client() as client:
        with pytest.raises(AmbiguousComponentError) as raised:
            client.get_agent("twin")
        assert {one["source_tenant_id"] for one in raised.value.candidates} == {one.id for one in publishers}
        assert client.get_agent("twin", source_tenant_id=publishers[1].id).source_tenant_id == publishers[1].id


async def test_many_calls_at_once(tenant: Tenant) -> None:
    async with tenant.async_client() as client:
        published = await asyncio.gather(
            *(client.publish_skill(f"s{number}", "private", f"S {number}", "A skill.") for number in range(20))
        )
        assert {one.version for one in published} == {"1.0.0"}
        done = await client.bulk_install_skills([one.id for one in published])
        assert done.installed == 20
        plan = await client.install_skill("s1", dry_run=True)
        assert plan.already_installed
        await client.uninstall_skill("s1")
        with pytest.raises(ComponentNotFoundError):
            await client.uninstall_skill("s1")


@pytest.fixture
def sandbox(server: Server) -> Iterator[MarketplaceClient]:
    """The test environment, put back before and after."""
    with MarketplaceClient(f"{server.url}/test", "test-tenant-id", "test-api-token") as client:
        client.test_reset("test-secret-key")
        yield client
        client.test_reset("test-secret-key")


def test_the_test_environment(sandbox: MarketplaceClient, server: Server) -> None:
    session = sandbox.test_login("test-secret-key", "test@example.com", "testpassword")
    assert (session.tenant_id, session.token_type) == ("test-tenant-id", "Bearer")
    with MarketplaceClient(f"{server.url}/test", session.tenant_id, session.api_token) as client:
        before = client.get_agent("test-agent").install_count
        assert [client.install_agent("test-agent").status for _ in range(3)] == ["installed"] * 3
        assert client.get_agent("test-agent").install_count == before + 1
    with MarketplaceClient(server.url) as outside, pytest.raises(UnauthenticatedError):
        outside.test_login("wrong", "test@example.com", "testpassword")


def test_a_real_limit(sandbox: MarketplaceClient) -> None:
    sandbox.test_set_rate_limit("test-secret-key", limit=0, window_seconds=60)
    began = monotonic()
    with pytest.raises(RateLimitError) as raised:
        sandbox.list_agents()
    assert monotonic() - began < 1
    assert raised.value.retry_after is not None
    assert 55 <= raised.value.retry_after <= 60
    assert raised.value.retry_after == raised.value.details["retry_after"]
    sandbox.test_set_rate_limit("test-secret-key", limit=1, window_seconds=1)
    assert all(len(sandbox.list_agents()) == 20 for _ in range(2))
