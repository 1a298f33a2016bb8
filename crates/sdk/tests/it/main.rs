//! The SDK against a real server, and against one that fails on purpose.

mod checklist;
mod faults;
mod market;
mod operations;
