//! See [`fuzz::package`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::package::check(input));
