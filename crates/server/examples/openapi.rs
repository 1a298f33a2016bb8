//! Prints the OpenAPI document. `cargo xtask openapi` writes it to `openapi.json`.

fn main() {
    print!("{}", atom_marketplace_server::http::openapi::json());
}
