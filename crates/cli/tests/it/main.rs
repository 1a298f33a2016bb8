//! The program from outside: the real binary, started as operators start it.

mod backup;
mod client;
mod commands;
mod demo;
mod numbers;
mod program;
mod serve;
mod webhooks;
