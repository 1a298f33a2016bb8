//! The OpenAPI 3.1 document, generated from the handlers. `openapi.json` in the repository is this, checked in.
//!
//! A handler documents what is its own. What can come of any request (a wrong credential, an exhausted quota) and what
//! every answer carries is added here, once.

use atom_marketplace_protocol::error::ErrorEnvelope;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{Components, Object, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Content, OpenApi, PathItem, Ref, RefOr, Required};
use utoipa::{OpenApi as _, ToSchema as _};

use super::api_routes;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "ATOM Marketplace",
        description = "Publish, find, install, rate and federate agents, skills, canvases and domains.\n\nErrors have one form, \
            `{\"error\": {\"code\", \"message\", \"details\", \"request_id\"}}`; with `Accept: application/problem+json` the members of \
            RFC 9457 stand beside it. Lists are pages; walk a large one by `next_cursor`. A POST or PATCH with an \
            `Idempotency-Key` may be sent again. What the documents at `/docs/` say in words, this says for programs.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT"),
    ),
    servers((url = "/", description = "This server")),
    components(schemas(atom_marketplace_protocol::error::ErrorEnvelope, atom_marketplace_protocol::error::FieldError)),
)]
struct Document;

/// What the tags stand for.
const TAGS: [(&str, &str); 15] = [
    ("components", "Find components: lists, search, categories, and each in full."),
    ("catalog", "What belongs to a component: its versions and its bundles."),
    ("publishing", "Publish components and new versions, deprecate, share, rename, hand over and withdraw them."),
    ("installs", "Install components for a tenant, change, list, lock and remove what is installed."),
    ("ratings", "Rate components and read what others wrote."),
    ("statistics", "What components are used for, by day, version and plan."),
    ("tokens", "API tokens of a tenant."),
    ("account", "People: sign in and out, passwords, one-time links, sign-up."),
    ("tenant", "A tenant for itself: its name, its members, its inbox and its audit log."),
    ("webhooks", "Who is told of events, and what became of each telling."),
    ("events", "What happened: to catch up, and to follow."),
    ("usage", "How much of its plan and its quota a tenant has used."),
    ("federation", "What other instances read here, and the keys they read it with."),
    ("admin", "The platform's own: tenants, reviews, reports, quarantine, takedowns."),
    (
        "test environment",
        "Sign in to, reset and slow down the marketplace under `/api/test`, which has data of its own.",
    ),
];

/// Answers that can come of any request that meets their condition: name, status, what it means.
const COMMON: [(&str, &str, &str); 10] = [
    ("BadRequest", "400", "`INVALID_REQUEST`: a parameter or a header is wrong; `details.fields` names each"),
    ("Unauthenticated", "401", "`UNAUTHENTICATED`: the credential is missing, wrong, expired or revoked"),
    (
        "Forbidden",
        "403",
        "`INSUFFICIENT_PERMISSIONS`: `details.required_permission` names what is missing; `details.reason` is `tenant_suspended` where the tenant may do nothing; `details.required_header` names the proof that a browser must send",
    ),
    ("TenantNotFound", "404", "`TENANT_NOT_FOUND`: `X-Tenant-ID` is unknown, or not the credential's"),
    ("Conflict", "409", "`CONFLICT`: the first request with this `Idempotency-Key` is still being answered"),
    ("PayloadTooLarge", "413", "`PAYLOAD_TOO_LARGE`: `details.limit` is what the route takes, in bytes"),
    ("UnsupportedMediaType", "415", "`UNSUPPORTED_MEDIA_TYPE`: the body is not plain JSON"),
    (
        "IdempotencyKeyReused",
        "422",
        "`IDEMPOTENCY_KEY_REUSED`: this `Idempotency-Key` came with another request before",
    ),
    ("RateLimited", "429", "`RATE_LIMIT_EXCEEDED`: try again after `Retry-After` seconds, also `details.retry_after`"),
    ("Internal", "500", "`INTERNAL`: something failed inside the server; the request id finds it in the log"),
];
/// Apart, since its name and its header differ from the rest.
const UNAVAILABLE: (&str, &str, &str) = (
    "Unavailable",
    "503",
    "`UNAVAILABLE`: the server is busy or its database out of reach; try again after `Retry-After` seconds",
);

/// Headers of every answer.
const ALWAYS: [(&str, Type, &str); 6] = [
    ("X-Request-ID", Type::String, "Names this request in the server's log"),
    ("X-RateLimit-Limit", Type::Integer, "Requests the caller may make in a window; 2147483647 is no limit"),
    ("X-RateLimit-Remaining", Type::Integer, "Requests left in this window"),
    ("X-RateLimit-Reset", Type::Integer, "When the window ends, in seconds since 1970"),
    ("RateLimit", Type::String, "The same as the IETF's draft has it: `\"hour\";r=99;t=3600`"),
    ("RateLimit-Policy", Type::String, "The limit itself in that form: `\"hour\";q=100;w=3600`"),
];
/// Headers of some answers.
const SOME: [(&str, Type, &str); 4] = [
    ("ETag", Type::String, "Validator of this answer, for `If-None-Match`"),
    ("Link", Type::String, "The pages around this one (RFC 8288): `first`, `prev`, `next`"),
    ("Retry-After", Type::Integer, "Seconds to wait"),
    ("Idempotency-Replayed", Type::String, "`true` where this is the answer to an earlier request with the same key"),
];

/// The whole document.
pub fn document() -> OpenApi {
    let (_, routes) = api_routes().into_parts();
    let mut document = Document::openapi();
    document.merge(routes);
    let (_, sandbox) = crate::sandbox::routes().into_parts();
    document.merge(sandbox);
    document.tags = Some(
        TAGS.iter().map(|(name, about)| TagBuilder::new().name(*name).description(Some(*about)).build()).collect(),
    );
    let components = document.components.get_or_insert_with(Default::default);
    add_security(components);
    add_common(components);
    for item in document.paths.paths.values_mut() {
        complete(item);
    }
    document
}

fn add_security(components: &mut Components) {
    let header =
        |name: &str, about: &str| SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, about)));
    components.add_security_scheme(
        "token",
        SecurityScheme::Http(
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("API token, `at_saas_…`")).build(),
        ),
    );
    components
        .add_security_scheme("test_secret", header("X-Test-Secret", "`test-secret-key`, in the test environment"));
    components.add_security_scheme("federation", header("X-Federation-Key", "Federation key, `sk-fed-…`"));
    components.add_security_scheme("admin", header("X-Admin-Key", "The platform's admin key"));
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
            "atom_session",
            "The session of a signed-in browser (with https `__Host-atom_session`). Whatever is not a plain read needs its \
             `csrf_token` as `X-CSRF-Token`. It acts for the tenant that `X-Tenant-ID` names, or the session's own.",
        ))),
    );
}

/// What operations refer to.
fn add_common(components: &mut Components) {
    for (name, kind, about) in ALWAYS.iter().chain(&SOME) {
        let header = Header::new(Object::with_type(kind.clone()));
        let header = HeaderBuilder::from(header).description(Some(*about)).build();
        components.headers.insert((*name).to_owned(), RefOr::T(header));
    }
    for (name, status, about) in COMMON.iter().chain([&UNAVAILABLE]) {
        let content = Content::new(Some(RefOr::Ref(Ref::from_schema_name(ErrorEnvelope::name()))));
        let mut response = ResponseBuilder::new().description(*about).content("application/json", content).build();
        add_headers(status, &mut response);
        components.responses.insert((*name).to_owned(), RefOr::T(response));
    }
    let header = |name: &str, about: &str| -> Parameter {
        ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(about))
            .schema(Some(Object::with_type(Type::String)))
            .build()
    };
    for (name, parameter) in [
        (
            "TenantId",
            header("X-Tenant-ID", "The tenant to act for. A token knows its own; with the admin key it is needed."),
        ),
        (
            "IdempotencyKey",
            header(
                "Idempotency-Key",
                "A name of this request, up to 255 characters: sent again within 24 hours, it has one effect and one answer.",
            ),
        ),
    ] {
        components.parameters.insert(name.to_owned(), RefOr::T(parameter));
    }
}

/// Adds to each operation what is the same for all.
fn complete(item: &mut PathItem) {
    let repeatable = [&mut item.post, &mut item.patch].into_iter().flatten().map(|operation| (operation, true));
    let others =
        [&mut item.get, &mut item.put, &mut item.delete].into_iter().flatten().map(|operation| (operation, false));
    for (operation, repeatable) in repeatable.chain(others) {
        let of_tenant = takes(operation, "token") || takes(operation, "admin");
        let with_body = operation.request_body.is_some();
        // Who looks after a tenant or the platform may do it with a browser, too.
        if takes(operation, "admin") {
            operation.security.get_or_insert_default().push(SecurityRequirement::new("session", [] as [&str; 0]));
        }
        for (name, status, _) in COMMON.iter().chain([&UNAVAILABLE]) {
            let can_happen = match *status {
                "403" => of_tenant || takes(operation, "federation"),
                "404" => of_tenant,
                "413" | "415" => with_body,
                "409" | "422" => repeatable,
                _ => true,
            };
            let responses = &mut operation.responses.responses;
            let reference = || RefOr::Ref(Ref::new(format!("#/components/responses/{name}")));
            // These mean the same everywhere.
            if can_happen && (matches!(*status, "415" | "429" | "500" | "503") || (*status == "401" && of_tenant)) {
                responses.insert((*status).to_owned(), reference());
            } else if can_happen {
                responses.entry((*status).to_owned()).or_insert_with(reference);
            }
        }
        let mut parameters = operation.parameters.take().unwrap_or_default();
        let mut add = |name: &str| parameters.push(RefOr::Ref(Ref::new(format!("#/components/parameters/{name}"))));
        if of_tenant {
            add("TenantId");
        }
        if repeatable {
            add("IdempotencyKey");
        }
        operation.parameters = (!parameters.is_empty()).then_some(parameters);
        for (status, response) in &mut operation.responses.responses {
            if let RefOr::T(response) = response {
                add_headers(status, response);
                if repeatable && status.starts_with('2') {
                    refer(response, "Idempotency-Replayed");
                }
            }
        }
        if operation.responses.responses.contains_key("304") {
            for status in ["200", "304"] {
                if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(status) {
                    refer(response, "ETag");
                }
            }
        }
    }
}

/// Whether an operation takes this credential.
fn takes(operation: &Operation, scheme: &str) -> bool {
    let requirements = operation.security.iter().flatten();
    requirements.map(|requirement| serde_json::json!(requirement)).any(|requirement| requirement.get(scheme).is_some())
}

fn add_headers(status: &str, response: &mut Response) {
    for (name, _, _) in &ALWAYS {
        refer(response, name);
    }
    if matches!(status, "429" | "503") {
        refer(response, "Retry-After");
    }
    if is_page(response) {
        refer(response, "Link");
    }
}

fn is_page(response: &Response) -> bool {
    let schemas = response.content.values().filter_map(|content| match content {
        RefOr::T(content) => content.schema.as_ref(),
        RefOr::Ref(_) => None,
    });
    schemas.into_iter().any(|schema| matches!(schema, RefOr::Ref(name) if name.ref_location.contains("/Page_")))
}

/// A header that is described once, unless the handler describes it.
fn refer(response: &mut Response, header: &str) {
    let reference = || RefOr::Ref(Ref::new(format!("#/components/headers/{header}")));
    response.headers.entry(header.to_owned()).or_insert_with(reference);
}

/// The document as it is served and checked in.
pub fn json() -> String {
    let mut text = document().to_pretty_json().expect("the document is JSON");
    text.push('\n');
    text
}
