//! See [`fuzz::bounce`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::bounce::check(input));
