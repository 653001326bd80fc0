// The time of one bare run of a model: one row, one thread, memory made beforehand. Half of the
// bound that serving is measured against. Prints {"us_per_run": ...}, the median of batches of
// runs.

#include "mettle/inference/onnx/onnx_model.hpp"
#include "mettle/inference/sample_inputs.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

int main(int argc, char** argv) {
    using Clock = std::chrono::steady_clock;
    if (argc != 2) return std::fputs("usage: ort_raw_bench MODEL.onnx\n", stderr), 2;
    const auto model = mettle::onnx::load(argv[1], {});
    if (!model) return std::fprintf(stderr, "%s\n", model.error().message.c_str()), 2;
    const auto slab = (*model)->make_slab();
    mettle::fill_with_zeros(*slab, (*model)->signature(), 1);

    constexpr int kRuns = 200;
    std::vector<double> us_per_run;
    const auto end = Clock::now() + std::chrono::seconds(2);
    while (Clock::now() < end) {
        const auto start = Clock::now();
        for (int run = 0; run < kRuns; ++run) {
            if (!(*model)->run(*slab, nullptr)) return std::fputs("the run failed\n", stderr), 1;
        }
        const std::chrono::duration<double, std::micro> took = Clock::now() - start;
        us_per_run.push_back(took.count() / kRuns);
    }
    std::ranges::nth_element(us_per_run,
                             us_per_run.begin() + static_cast<long>(us_per_run.size() / 2));
    std::printf("{\"us_per_run\": %.3f}\n", us_per_run[us_per_run.size() / 2]);
    return 0;
}
