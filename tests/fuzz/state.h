/* Put before every source of the checker in a fuzzing build: its variables get sections of their
   own, so that fuzz_checker can put them back to what they were at the start. */
#pragma clang section bss = "vf_bss" data = "vf_data"
