//! Routes and their documentation, collected together.
//!
//! The four kinds share their handlers: a route whose path holds `@kind` stands for four, one for each kind. In the path,
//! `@base` is `/agent-marketplace` and so on and `@collection` is `agents`, …, `components`, …; in operation ids, summaries
//! and schema names, `@kind`, `@kinds` and `@Kind` are the kind's names.

use std::sync::Arc;

use atom_marketplace_protocol::ids::Kind;
use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use axum::routing::MethodRouter;
use http::Method;
use utoipa::openapi::path::{Operation, ParameterIn, Paths};
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{OpenApi, PathItem, RefOr};

use crate::app::Marketplace;
use crate::extract::no_query;

/// What `utoipa_axum::routes!` makes of handlers on one path.
type Documented = (Vec<(String, RefOr<Schema>)>, Paths, MethodRouter<Marketplace>);

/// An axum router and the OpenAPI document of the same routes.
#[derive(Default)]
pub struct ApiRoutes {
    router: Router<Marketplace>,
    openapi: OpenApi,
}

impl ApiRoutes {
    /// No routes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds handlers on one path: `.routes(routes!(get_token, delete_token))`.
    #[must_use]
    pub fn routes(mut self, (schemas, paths, methods): Documented) -> Self {
        let components = self.openapi.components.get_or_insert_with(Default::default);
        components.schemas.extend(schemas);
        for (template, item) in paths.paths {
            let methods = strict(&item, methods.clone());
            if template.contains('@') {
                for &kind in Kind::ALL {
                    let path = for_kind(&template, kind);
                    self.router = self.router.route(&path, methods.clone());
                    if let Some(alias) = alias(&path) {
                        self.router = self.router.route(&alias, methods.clone());
                    }
                    let text = serde_json::to_string(&item).expect("a path item is JSON");
                    let item = serde_json::from_str(&for_kind(&text, kind)).expect("names hold no JSON syntax");
                    add_path(&mut self.openapi, &path, item);
                }
            } else {
                self.router = self.router.route(&template, methods.clone());
                add_path(&mut self.openapi, &template, item);
            }
        }
        self
    }

    /// Documents a type that handlers name by reference alone, such as `#/components/schemas/@KindPublish`.
    #[must_use]
    pub fn schema<T: utoipa::ToSchema>(mut self) -> Self {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        self.openapi.components.get_or_insert_with(Default::default).schemas.extend(schemas);
        self
    }

    /// Adds another way to a route of the four kinds, which its documentation mentions.
    #[must_use]
    pub fn undocumented(mut self, template: &str, methods: MethodRouter<Marketplace>) -> Self {
        for &kind in Kind::ALL {
            let path = for_kind(template, kind);
            self.router = self.router.route(&path, methods.clone());
            if let Some(alias) = alias(&path) {
                self.router = self.router.route(&alias, methods.clone());
            }
        }
        self
    }

    /// Adds routes that the document leaves out, whole: those in the language of others, which no SDK calls.
    #[must_use]
    pub fn unlisted(mut self, router: Router<Marketplace>) -> Self {
        self.router = self.router.merge(router);
        self
    }

    /// Adds all routes of another feature.
    #[must_use]
    pub fn merge(mut self, other: ApiRoutes) -> Self {
        self.router = self.router.merge(other.router);
        self.openapi.merge(other.openapi);
        self
    }

    /// Documents the routes so far below `mount` instead of `/api`, where they are nested.
    #[must_use]
    pub fn documented_under(mut self, mount: &str) -> Self {
        let paths = std::mem::take(&mut self.openapi.paths.paths);
        self.openapi.paths.paths =
            paths.into_iter().map(|(path, item)| (path.replacen("/api", mount, 1), item)).collect();
        self
    }

    /// The router and the document, whose paths begin with `/api`.
    pub fn into_parts(self) -> (Router<Marketplace>, OpenApi) {
        (self.router, self.openapi)
    }
}

/// The same handlers, of which those that take no query refuse one. A parameter that is ignored misleads: `?dry_run=true`
/// where nothing knows it would be the real thing.
fn strict(item: &PathItem, methods: MethodRouter<Marketplace>) -> MethodRouter<Marketplace> {
    let bare: Vec<Method> = [
        (Method::GET, &item.get),
        (Method::HEAD, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ]
    .into_iter()
    .filter(|(_, operation)| operation.as_ref().is_some_and(|operation| !takes_query(operation)))
    .map(|(method, _)| method)
    .collect();
    if bare.is_empty() {
        return methods;
    }
    let bare: Arc<[Method]> = bare.into();
    methods.layer(from_fn(move |request: Request, next: Next| {
        let refused = bare.contains(request.method()).then(|| no_query(request.uri().query().unwrap_or_default()));
        async move {
            match refused {
                Some(Err(error)) => error.into_response(),
                _ => next.run(request).await,
            }
        }
    }))
}

fn takes_query(operation: &Operation) -> bool {
    let mut parameters = operation.parameters.iter().flatten();
    parameters.any(|parameter| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query))
}

fn add_path(openapi: &mut OpenApi, path: &str, item: PathItem) {
    let path = format!("/api{path}");
    match openapi.paths.paths.get_mut(&path) {
        Some(known) => known.merge_operations(item),
        None => {
            openapi.paths.paths.insert(path, item);
        }
    }
}

fn for_kind(text: &str, kind: Kind) -> String {
    let name = kind.as_str();
    let title = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    text.replace("@base", &format!("/{name}-marketplace"))
        .replace("@collection", kind.collection())
        .replace("@kinds", kind.plural())
        .replace("@kind", name)
        .replace("@Kind", &title)
}

/// The canvases' collection answers to its own name too (contract §1).
fn alias(path: &str) -> Option<String> {
    path.strip_prefix("/canvas-marketplace/components").map(|rest| format!("/canvas-marketplace/canvases{rest}"))
}
