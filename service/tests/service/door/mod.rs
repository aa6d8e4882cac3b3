//! The door for labs, from outside: what it takes, what it refuses, and what is left after anything.

mod world;

mod campaigns;
mod declarations;
mod described;
mod events;
mod evidence;
mod hostile;
mod leases;
mod side_by_side;
