//! The pages: the same verbs as the API's, for people. It puts features together and none leans on it.
//!
//! Every page works without JavaScript. A page is made of `layout` (the frame), `parts` (what pages are made of) and the
//! tokens in `assets/site.css`, and has no style or script of its own. Whatever changes something is a form that is sent by
//! POST, carries the token that `gate` checks, and answers with a redirect, or with itself and what is wrong with it.

mod assets;
mod chart;
mod docs;
mod failure;
mod form;
mod gate;
pub(crate) mod headers;
mod icons;
mod layout;
mod pages;
mod parts;
mod review;
mod settings;
mod sign_in;
mod visit;

use axum::Router;
use axum::middleware::from_fn_with_state;

use crate::app::Marketplace;

/// The routes, and what is answered where there is none.
pub fn router(m: Marketplace) -> Router {
    Router::new()
        .merge(assets::routes())
        .merge(docs::routes())
        .merge(pages::routes())
        .merge(sign_in::routes())
        .merge(review::routes())
        .merge(settings::routes())
        .fallback(failure::no_page)
        .method_not_allowed_fallback(failure::no_method)
        .layer(from_fn_with_state(m.clone(), gate::gate))
        .with_state(m)
}
