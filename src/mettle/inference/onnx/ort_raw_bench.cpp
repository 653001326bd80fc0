// The time of one bare run of a model of so many rows (1): one thread, memory made beforehand. Half
// of the bound that serving is measured against. Prints {"rows": ..., "us_per_run": ...}, the
// median of batches of runs, for each number of rows that is asked for.

#include "mettle/inference/onnx/onnx_model.hpp"
#include "mettle/inference/sample_inputs.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

// Microseconds; 0: the run failed.
double time_of_a_run(mettle::Model& model, mettle::Slab& slab, std::int64_t rows) {
    constexpr int kRuns = 200;
    mettle::fill_with_zeros(slab, model.signature(), rows);
    std::vector<double> us_per_run;
    const auto end = Clock::now() + std::chrono::seconds(2);
    while (Clock::now() < end) {
        const auto runs = std::max<std::int64_t>(kRuns / rows, 1);
        const auto start = Clock::now();
        for (std::int64_t run = 0; run < runs; ++run)
            if (!model.run(slab, nullptr)) return 0;
        const std::chrono::duration<double, std::micro> took = Clock::now() - start;
        us_per_run.push_back(took.count() / static_cast<double>(runs));
    }
    const auto middle = us_per_run.begin() + static_cast<std::ptrdiff_t>(us_per_run.size() / 2);
    std::ranges::nth_element(us_per_run, middle);
    return *middle;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return std::fputs("usage: ort_raw_bench MODEL.onnx [ROWS...]\n", stderr), 2;
    const auto model = mettle::onnx::load(argv[1], {});
    if (!model) return std::fprintf(stderr, "%s\n", model.error().message.c_str()), 2;
    const auto slab = (*model)->make_slab();
    std::vector<std::int64_t> sizes;
    for (int at = 2; at < argc; ++at) sizes.push_back(std::max(1L, std::atol(argv[at])));
    if (sizes.empty()) sizes.push_back(1);
    for (const std::int64_t rows : sizes) {
        const double us = time_of_a_run(**model, *slab, rows);
        if (us <= 0) return std::fputs("the run failed\n", stderr), 1;
        std::printf("{\"rows\": %ld, \"us_per_run\": %.3f}\n", rows, us);
    }
    return 0;
}
