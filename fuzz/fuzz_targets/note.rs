//! See [`fuzz::note`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::note::check(input));
