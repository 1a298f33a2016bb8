//! How large the proofs of what is promised are: small among the other tests, in full with `cargo xtask prove`, which then
//! also shows what was measured.

/// Set to `full` by `cargo xtask prove`.
const VARIABLE: &str = "ATOM_PROVE";

/// Whether the proof is run in full, on a machine that does nothing else.
pub(crate) fn full() -> bool {
    std::env::var(VARIABLE).is_ok_and(|size| size == "full")
}

/// A number that depends on it.
pub(crate) fn sized<T>(small: T, in_full: T) -> T {
    if full() { in_full } else { small }
}

/// Says what was measured; seen in full, or when a test fails.
#[expect(clippy::print_stdout, reason = "the runner of the tests decides who sees it")]
pub(crate) fn measured(what: &str, text: &str) {
    println!("measured: {what}: {text}");
}
