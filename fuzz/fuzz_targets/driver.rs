//! See [`fuzz::driver`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::driver::check(input));
