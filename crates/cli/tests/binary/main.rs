//! The real binary as its users run it: a process of its own, real HTTP, `kill -9`.

mod backup;
mod crash;
mod deliveries;
mod documents;
mod federation;
mod forgery;
mod guide;
mod process;
mod receivers;
mod retries;
mod sandbox;
mod size;
