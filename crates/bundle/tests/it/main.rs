//! Bundles as others see them: what is accepted, what is refused, and why.

mod common;
mod keys;
mod tampering;
#[path = "../../../../fuzz/targets.rs"]
#[allow(unreachable_pub, reason = "it is shared with what libFuzzer drives")]
mod targets;
mod vectors;
