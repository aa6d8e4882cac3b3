//! See [`fuzz::import`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::import::check(input));
