#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| hublint_fuzz::notebook(data));
