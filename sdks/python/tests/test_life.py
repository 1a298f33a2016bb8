"""The whole life of a component, by this client against a real server, with every entry and event that it leaves."""

from __future__ import annotations

import pytest
from conftest import Server

from atom_marketplace import MarketplaceClient
from atom_marketplace.errors import ComponentNotFoundError

ID = "crm-lookup"


def submission(admin: MarketplaceClient, publisher: str) -> str:
    """The one submission of a publisher that waits."""
    waiting = admin.list_submissions(source_tenant_id=publisher).items
    assert len(waiting) == 1
    return waiting[0].id


def test_the_life_of_a_component(server: Server) -> None:
    maker, user, heir = server.tenant(), server.tenant(), server.tenant()
    with server.admin() as admin, maker.client() as acme, user.client() as globex, heir.client() as initech:
        # Submitted, with what the checks found.
        def publish(version: str, readme: str) -> None:
            acme.publish_skill(ID, "public", "CRM Lookup", "Finds contacts.", version=version, readme=readme)

        publish("1.0.0", "Finds contacts.")
        first = submission(admin, maker.id)
        seen = acme.get_own_submission(first)
        assert (seen.status, seen.version) == ("pending_review", "1.0.0")
        assert any(finding.check == "licence" for finding in seen.findings), seen.findings

        # Sent back, submitted anew, approved.
        admin.request_submission_changes(first, reason="Say which contacts it reads.")
        assert acme.get_own_submission(first).reason == "Say which contacts it reads."
        publish("1.0.0", "Finds contacts: names and addresses, nothing else.")
        second = submission(admin, maker.id)
        assert second != first
        with_digest = admin.get_submission(second).digest
        admin.approve_submission(second, digest=with_digest)

        # Installed and rated by another tenant.
        globex.install_skill(ID, source_tenant_id=maker.id)
        globex.rate_skill(ID, 5, source_tenant_id=maker.id, review="Fast.")
        assert globex.get_skill_rating(ID, source_tenant_id=maker.id).verified_average == 5.0

        # Updated: everyone goes on seeing the approved version meanwhile.
        publish("1.1.0", "Finds contacts: names, addresses and telephone numbers.")
        assert globex.get_skill(ID, source_tenant_id=maker.id).version == "1.0.0"
        admin.approve_submission(submission(admin, maker.id))
        assert globex.get_skill(ID, source_tenant_id=maker.id).version == "1.1.0"

        # Reported, quarantined, released.
        report = globex.report_skill(ID, "secrets", source_tenant_id=maker.id, details="It logs addresses.")
        admin.quarantine_component("skill", maker.id, ID, reason="It logs addresses.")
        with pytest.raises(ComponentNotFoundError):
            globex.get_skill(ID, source_tenant_id=maker.id)
        admin.release_component("skill", maker.id, ID, reason="It does not.")
        admin.resolve_report(report.id, "dismissed", "It does not.")

        # Handed over, and deprecated by whoever has it now.
        offer = acme.transfer_skill(ID, heir.id)
        initech.accept_transfer(offer.id)
        moved = globex.get_skill(ID, source_tenant_id=maker.id)
        assert moved.source_tenant_id == heir.id
        initech.update_skill(ID, deprecated={"message": "Use the new one."})
        deprecated = globex.get_skill(ID, source_tenant_id=heir.id).deprecated
        assert deprecated is not None
        assert deprecated.message == "Use the new one."

        # What all that has left.
        made = ["component.publish", "submission.request_changes", "component.publish", "submission.approve"]
        made += ["component.publish", "submission.approve", "component.quarantine", "component.release"]
        entries = [entry.action for entry in reversed(acme.list_audit_log(page_size=100).items)]
        assert [entry for entry in entries if entry in made] == made
        assert {"transfer.offer", "component.transfer"} <= set(entries)
        used = [entry.action for entry in reversed(globex.list_audit_log().items)]
        assert [entry for entry in used if entry != "token.create" and not entry.startswith("tenant.")] == [
            "installation.create",
            "rating.put",
            "report.create",
        ]
        taken = {entry.action for entry in initech.list_audit_log().items}
        assert {"transfer.accept", "component.deprecate"} <= taken
        for tenant in (acme, globex, initech):
            assert tenant.verify_audit_log().ok

        told = [event.type for event in acme.list_events(page_size=100).items]
        assert told == [
            "component.changes_requested",
            "component.approved",
            "component.published",
            "component.installed",
            "component.rated",
            "component.approved",
            "component.updated",
            "component.quarantined",
            "component.released",
        ]
        heard = [event.type for event in globex.list_events(page_size=100).items]
        assert heard == [
            "component.installed",
            "component.rated",
            "component.updated",
            "component.quarantined",
            "component.released",
            "component.deprecated",
        ]
