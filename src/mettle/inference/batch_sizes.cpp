#include "mettle/inference/batch_sizes.hpp"

#include "mettle/metrics/counter.hpp"

#include <algorithm>

namespace mettle {

namespace {

void bump(std::atomic<std::uint64_t>& value, std::int64_t by) {
    value.fetch_add(static_cast<std::uint64_t>(std::max<std::int64_t>(by, 0)),
                    std::memory_order_relaxed);
}

}  // namespace

BatchSizes::Cell& BatchSizes::cell(std::int64_t rows) {
    const auto most = static_cast<std::int64_t>(kMost);
    return (*shards_)[metric_shard() % kShards]
                     [static_cast<std::size_t>(std::clamp<std::int64_t>(rows, 1, most) - 1)];
}

void BatchSizes::add_run(std::int64_t rows, std::int64_t infer_ns) {
    Cell& its = cell(rows);
    bump(its.runs, 1);
    bump(its.infer_ns, infer_ns);
}

void BatchSizes::add_call(std::int64_t rows, std::int64_t input_ns, std::int64_t output_ns) {
    Cell& its = cell(rows);
    bump(its.input_ns, input_ns);
    bump(its.output_ns, output_ns);
}

std::vector<BatchSizes::Size> BatchSizes::read() const {
    std::vector<Size> sizes;
    for (std::size_t at = 0; at < kMost; ++at) {
        Size size{.rows = static_cast<std::int64_t>(at + 1)};
        for (const Shard& shard : *shards_) {
            size.runs += shard[at].runs.load(std::memory_order_relaxed);
            size.input_ns += shard[at].input_ns.load(std::memory_order_relaxed);
            size.infer_ns += shard[at].infer_ns.load(std::memory_order_relaxed);
            size.output_ns += shard[at].output_ns.load(std::memory_order_relaxed);
        }
        if (size.runs > 0) sizes.push_back(size);
    }
    return sizes;
}

}  // namespace mettle
