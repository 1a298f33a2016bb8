//! Every change leaves a trace (PROMISES S8): one entry in the right chain, in the transaction of the change itself.

mod every_change;
mod tampering;
