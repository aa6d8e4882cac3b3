//! See [`fuzz::segment`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::segment::check(input));
