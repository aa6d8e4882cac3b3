//! See [`fuzz::leaf`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::leaf::check(input));
