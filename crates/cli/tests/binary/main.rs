//! The real binary as its users run it: a process of its own, real HTTP, `kill -9`.

mod crash;
mod documents;
mod guide;
mod process;
mod sandbox;
