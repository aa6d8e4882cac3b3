//! See [`fuzz::blob`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::blob::check(input));
