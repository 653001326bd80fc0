#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace mettle {

// Runs by how many rows they had, with the time that they took: V2's batch_stats, and a histogram.
// Runs of more rows than kMost are counted with those of kMost. Any thread adds, a scrape reads.
class BatchSizes {
public:
    static constexpr std::size_t kMost = 512;

    struct Size {
        std::int64_t rows = 0;
        std::uint64_t runs = 0, input_ns = 0, infer_ns = 0, output_ns = 0;
    };

    void add_run(std::int64_t rows, std::int64_t infer_ns);
    // Of one call in such a run: preparing what it read, and writing its answer.
    void add_call(std::int64_t rows, std::int64_t input_ns, std::int64_t output_ns);

    std::vector<Size> read() const;  // Those that have occurred, ascending.

private:
    struct Cell {
        std::atomic<std::uint64_t> runs = 0, input_ns = 0, infer_ns = 0, output_ns = 0;
    };
    // A few copies, so that threads seldom meet on a line.
    static constexpr std::size_t kShards = 4;
    using Shard = std::array<Cell, kMost>;

    Cell& cell(std::int64_t rows);

    std::unique_ptr<std::array<Shard, kShards>> shards_ =
        std::make_unique<std::array<Shard, kShards>>();
};

}  // namespace mettle
