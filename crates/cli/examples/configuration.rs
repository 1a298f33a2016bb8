//! Prints docs/CONFIGURATION.md, for `cargo xtask config`.

fn main() {
    print!("{}", atom_marketplace_server::config::reference());
}
