//! Bundles as others see them: what is accepted, what is refused, and why.

mod common;
mod keys;
mod tampering;
mod vectors;
