//! federation

/// Routes.
pub fn routes() -> crate::http::ApiRoutes {
    crate::http::ApiRoutes::new()
}
