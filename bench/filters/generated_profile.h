// Profiles like those that people publish, made from a seed: the same seed
// gives the same profile on every machine.
//
//   for (uint64_t seed = 0; seed < 200; ++seed)
//     const policy::Policy policy = GenerateProfile(seed);
//
// Allow-lists (two thirds) of 10 to 400 numbers, drawn by how common calls are
// in profiles of containers and services, and deny-lists of what such profiles
// deny. Two thirds restrict arguments as published ones do: families and types
// of sockets, flags of clone, requests of ioctl, commands of fcntl, options of
// prctl and setsockopt, personalities, protections of memory, operations of
// futex. Half compare all 64 bits, half those that the kernel reads.

#ifndef BAILEY_BENCH_FILTERS_GENERATED_PROFILE_H_
#define BAILEY_BENCH_FILTERS_GENERATED_PROFILE_H_

#include <cstdint>

#include "policy-compiler/language/policy.h"

namespace bailey::bench {

policy::Policy GenerateProfile(uint64_t seed);

}  // namespace bailey::bench

#endif  // BAILEY_BENCH_FILTERS_GENERATED_PROFILE_H_
