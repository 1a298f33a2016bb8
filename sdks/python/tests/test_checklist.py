"""The integration guide's testing checklist: its eight lines, in order, against the test environment."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from conftest import ROOT, Server
from receiver import Receiver

from atom_marketplace import (
    ComponentNotFoundError,
    InvalidRequestError,
    MarketplaceClient,
    RateLimitError,
    UnauthenticatedError,
    webhooks,
)

GUIDE = ROOT / "docs" / "INTEGRATION_GUIDE.md"
TEST_SECRET = "test-secret-key"
SECRET = "your-webhook-secret"


class Integration:
    """What walks the checklist: a client with a token of the test login, and a receiver of webhooks."""

    def __init__(self, url: str, receiver: Receiver) -> None:
        self.url = url
        self.receiver = receiver
        self.client = MarketplaceClient(url, "test-tenant-id", "test-api-token")

    def authentication(self) -> None:
        session = self.client.test_login(TEST_SECRET, "test@example.com", "testpassword")
        self.client.close()
        self.client = MarketplaceClient(self.url, session.tenant_id, session.api_token)
        assert self.client.get_usage().tenant_id == "test-tenant-id"
        with MarketplaceClient(self.url, "test-tenant-id", "at_saas_wrong") as stranger:
            with pytest.raises(UnauthenticatedError) as raised:
                stranger.get_usage()
            assert raised.value.status_code == 401

    def listing(self) -> None:
        agents = self.client.list_agents("public", capability="sales", min_rating=4.0)
        assert len(agents) > 0
        assert all(agent.average_rating is not None and agent.average_rating >= 4 for agent in agents)
        for page in (self.client.list_skills(), self.client.list_canvases(), self.client.list_domains()):
            assert len(page) > 0

    def publishing(self) -> None:
        published = self.client.publish_agent("my-agent", "private", "My Agent", "A first try.")
        assert (published.status, published.version) == ("published", "1.0.0")
        with MarketplaceClient(self.url) as nobody, pytest.raises(ComponentNotFoundError):
            nobody.get_agent("my-agent")

    def installing(self) -> None:
        done = self.client.install_agent(
            "sales_automation_agent",
            "test-tenant-id",
            install_config={
                "api_keys": {"salesforce": "a-key"},
                "settings": {"auto_approve": False, "max_daily_tasks": 100},
            },
        )
        assert done["status"] == "installed"
        assert self.client.install_agent("my-agent").status == "installed"
        assert {one.component_id for one in self.client.list_installations()} == {"sales_automation_agent", "my-agent"}

    def webhook(self) -> None:
        webhook = self.client.create_webhook(
            self.receiver.url, ["component.installed", "component.updated", "component.rated"], secret=SECRET
        )
        self.client.publish_agent("my-agent", "private", "My Agent", "A second try.")
        self.client.install_agent("test-agent")
        self.client.rate_agent("test-agent", 5)
        came = {}
        for _ in range(3):
            delivery = self.receiver.next()
            assert webhooks.verify(delivery.body, delivery.headers["x-atom-signature"], SECRET)
            assert not webhooks.verify(delivery.body + b" ", delivery.headers["x-atom-signature"], SECRET)
            event = webhooks.unwrap(delivery.body, delivery.headers, SECRET)
            assert (event.type, event.id) == (delivery.headers["x-atom-event"], delivery.headers["webhook-id"])
            came[event.type] = event.data
        assert {name: data["component_id"] for name, data in came.items()} == {
            "component.updated": "my-agent",
            "component.installed": "test-agent",
            "component.rated": "test-agent",
        }
        assert came["component.updated"]["version"] == "1.0.1"
        assert came["component.installed"]["tenant_id"] == "test-tenant-id"
        assert came["component.rated"]["rating"] == 5
        self.client.delete_webhook(webhook.id)

    def rate_limiting(self) -> None:
        # A long wait is the program's to decide upon; a short one is waited for.
        self.client.test_set_rate_limit(TEST_SECRET, limit=0, window_seconds=60)
        with pytest.raises(RateLimitError) as raised:
            self.client.list_agents()
        assert raised.value.retry_after is not None
        assert 50 <= raised.value.retry_after <= 60
        self.client.test_set_rate_limit(TEST_SECRET, limit=1, window_seconds=1)
        assert all(len(self.client.list_agents()) == 20 for _ in range(2))
        self.client.test_set_rate_limit(TEST_SECRET)

    def errors(self) -> None:
        with pytest.raises(ComponentNotFoundError) as missing:
            self.client.get_agent("no-such-agent")
        assert (missing.value.component_id, missing.value.status_code) == ("no-such-agent", 404)
        with pytest.raises(InvalidRequestError) as wrong:
            self.client.list_agents(page_size=0)
        assert [field["path"] for field in wrong.value.fields] == ["page_size"]

    def pagination(self) -> None:
        page = self.client.list_agents("public", page_size=100)
        ids = [agent.id for agent in page.auto_paging_iter()]
        assert len(ids) == len(set(ids)) == page.total > 250


CHECKLIST: dict[str, Callable[[Integration], None]] = {
    "Authentication works with API token": Integration.authentication,
    "Can list marketplace components": Integration.listing,
    "Can publish test component to private marketplace": Integration.publishing,
    "Can install component from marketplace": Integration.installing,
    "Webhook receives events correctly": Integration.webhook,
    "Rate limiting is handled properly": Integration.rate_limiting,
    "Errors are caught and handled": Integration.errors,
    "Pagination works for large lists": Integration.pagination,
}


@pytest.fixture
def integration(server: Server, receiver: Receiver) -> Iterator[Integration]:
    """With the test environment as it is at first, before and after."""
    with MarketplaceClient(f"{server.url}/test") as client:
        client.test_reset(TEST_SECRET)
        integration = Integration(f"{server.url}/test", receiver)
        yield integration
        integration.client.close()
        client.test_reset(TEST_SECRET)


def test_the_checklist(integration: Integration) -> None:
    _, _, rest = GUIDE.read_text(encoding="utf-8").partition("### Testing Checklist\n")
    printed = [line[6:] for line in rest.partition("\n#")[0].splitlines() if line.startswith("- [ ] ")]
    assert printed == list(CHECKLIST)
    for line, step in CHECKLIST.items():
        try:
            step(integration)
        except BaseException as error:
            error.add_note(f"The checklist's line: {line}")
            raise
