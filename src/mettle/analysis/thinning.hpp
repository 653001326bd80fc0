#pragma once

// Neighbouring requests share a batch and a queue, so n of them say less than n independent ones.
// Taking every k-th, with k large enough that what is left is uncorrelated, makes the exact
// binomial rule applicable (as Lancet does before its tests: ATC'19).

#include <cstddef>
#include <cstdint>
#include <span>

namespace mettle::analysis {

// Autocorrelation at `lag`; 0 for a sequence that never changes or is not longer than the lag.
double autocorrelation(std::span<const std::uint8_t> flags, std::size_t lag);

struct Thinned {
    std::size_t every = 1;  // k: flags 0, k, 2k, ... are kept.
    std::uint64_t n = 0;    // How many are kept.
    std::uint64_t over = 0;
};

// `over`: 0 or 1 a request, in the order in which they were due. Stops at the smallest k for which
// the kept ones have a lag-1 autocorrelation below `most`. It is estimated over all k ways to
// choose every k-th, which is the whole sequence's autocorrelation at lag k and less noisy.
Thinned thin(std::span<const std::uint8_t> over, double most = 0.05);

}  // namespace mettle::analysis
