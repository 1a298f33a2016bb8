//! The OpenAPI 3.1 document, generated from the handlers. `openapi.json` in the repository is this, checked in.

use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::api_routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "ATOM Marketplace",
        description = "Publish, find, install, rate and federate agents, skills, canvases and domains.",
        license(name = "Apache-2.0 OR MIT"),
    ),
    servers((url = "/")),
    components(schemas(atom_marketplace_protocol::error::ErrorEnvelope, atom_marketplace_protocol::error::FieldError)),
)]
struct Document;

/// The whole document.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, routes) = api_routes().into_parts();
    let mut document = Document::openapi();
    document.merge(routes);
    let (_, sandbox) = crate::sandbox::routes().into_parts();
    document.merge(sandbox);
    let components = document.components.get_or_insert_with(Default::default);
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
    document
}

/// The document as it is served and checked in.
pub fn json() -> String {
    let mut text = document().to_pretty_json().expect("the document is JSON");
    text.push('\n');
    text
}
