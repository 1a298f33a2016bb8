"""Operations of the integration guide that openapi.json does not have yet, so that the guide's calls exist.

As soon as openapi.json has an operation or a schema of the same name, that one is used and this one is not.
"""

from __future__ import annotations

from typing import Any

_WEBHOOK = {"$ref": "#/components/schemas/Webhook"}

PLANNED_SCHEMAS: dict[str, dict[str, Any]] = {
    "WebhookCreate": {
        "type": "object",
        "required": ["url", "events"],
        "properties": {
            "url": {"type": "string", "description": "Where events are sent."},
            "events": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Which ones, such as `component.installed`.",
            },
            "secret": {
                "type": ["string", "null"],
                "description": "What they are signed with. Left out: one is made, and shown this once.",
            },
            "scope": {
                "type": ["string", "null"],
                "description": "`marketplace` hears every public publication; left out: what concerns the tenant.",
            },
            "description": {"type": ["string", "null"], "description": "What it is for."},
        },
    },
    "Webhook": {
        "type": "object",
        "description": "Where a tenant is told of events.",
        "required": ["id", "url", "events"],
        "properties": {
            "id": {"type": "string", "description": "Its id."},
            "url": {"type": "string", "description": "Where events are sent."},
            "events": {"type": "array", "items": {"type": "string"}, "description": "Which ones."},
            "secret": {"type": ["string", "null"], "description": "The secret, shown once, if it was generated."},
        },
    },
}

PLANNED_OPERATIONS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "post",
        "/api/webhooks",
        {
            "operationId": "create_webhook",
            "summary": "Create a webhook",
            "description": "Its events are signed: `atom_marketplace.webhooks` verifies them.",
            "requestBody": {
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/WebhookCreate"}}}
            },
            "responses": {"201": {"description": "Created", "content": {"application/json": {"schema": _WEBHOOK}}}},
        },
    ),
    (
        "delete",
        "/api/webhooks/{id}",
        {
            "operationId": "delete_webhook",
            "summary": "Delete a webhook",
            "description": "Nothing more is sent to it.",
            "parameters": [
                {
                    "name": "id",
                    "in": "path",
                    "required": True,
                    "description": "The webhook.",
                    "schema": {"type": "string"},
                }
            ],
            "responses": {"204": {"description": "Deleted"}},
        },
    ),
]
