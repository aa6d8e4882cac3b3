//! See [`fuzz::bundle`].

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| fuzz::bundle::check(input));

libfuzzer_sys::fuzz_mutator!(|input: &mut [u8], size: usize, most: usize, seed: u32| {
    fuzz::bundle::mutate(input, size, most, seed)
});
