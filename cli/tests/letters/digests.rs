//! `portolan letters digest`: teams are told what lasts, once, by mail and by programs of theirs;
//! whatever breaks on the way.

mod at_a_real_server;
mod audience;
mod killed;
mod lasting;
mod program;
mod refused;
mod silence;
mod team;
