#pragma once

#include <array>
#include <cstdint>
#include <memory>

namespace mettle {

// Counts of integer values in log-linear buckets: 3 significant digits from 1 to 3.6e9, which is
// 1 µs to 1 h where the unit is a microsecond. Two histograms merge exactly, so percentiles over
// workers and seconds are computed, never averaged. The layout is HdrHistogram's with
// lowest = 1 and 3 digits (sub-bucket count 2048), so its log format can be written from the
// counts.
//
// Not synchronised: one thread records. Memory: blocks of 128 counts, 1 KiB each, allocated on
// first use: some 2 to 4 for latencies that lie within a factor of two, 188 KiB for all there can
// be.
class Histogram {
public:
    static constexpr std::int64_t kHighest = 3'600'000'000;
    static constexpr int kPageSize = 1024;  // Half of HdrHistogram's sub-bucket count.
    static constexpr int kPages = 23;

    Histogram() = default;
    Histogram(const Histogram& other) { merge(other); }
    Histogram& operator=(const Histogram& other);
    Histogram(Histogram&& other) noexcept { swap(other); }
    Histogram& operator=(Histogram&& other) noexcept;

    // Values below 0 count as 0, values above kHighest as kHighest; max() keeps the real one.
    void record(std::int64_t value, std::uint64_t times = 1);
    void merge(const Histogram& other);
    void clear();    // Keeps the memory.
    void release();  // Gives it back.

    std::uint64_t count() const { return count_; }
    std::int64_t min() const { return count_ ? min_ : 0; }
    std::int64_t max() const { return max_; }
    double mean() const;
    double standard_deviation() const;  // From bucket middles.

    // The smallest recorded value (its bucket's upper end, at most max()) that at least `share` of
    // all values do not exceed: nearest rank, share in [0, 1]. 0 when empty.
    std::int64_t quantile(double share) const;
    // As quantile(), where another `above` values exist that exceed everything recorded here: a
    // failed request counts as infinitely slow. Returns -1 when the answer is one of those.
    std::int64_t quantile_with(double share, std::uint64_t above) const;
    // How many values are at most `value`, by bucket.
    std::uint64_t count_at_or_below(std::int64_t value) const;

    // For writers of formats: the count in bucket `index` (0 to kPages * kPageSize - 1), and the
    // range of values that it holds.
    std::uint64_t bucket(int index) const;
    static std::int64_t lowest_in_bucket(int index);
    static std::int64_t highest_in_bucket(int index);
    static int bucket_of(std::int64_t value);

private:
    static constexpr int kBlockSize = 128;
    static constexpr int kBlocksOfAPage = kPageSize / kBlockSize;
    using Block = std::array<std::uint64_t, kBlockSize>;
    using Page = std::array<std::unique_ptr<Block>, kBlocksOfAPage>;

    void swap(Histogram& other) noexcept;
    // The counts of buckets index / kBlockSize * kBlockSize and on; none yet.
    const Block* block_of(int index) const;
    Block& make_block(int index);

    std::array<std::unique_ptr<Page>, kPages> pages_;
    std::uint64_t count_ = 0;
    std::int64_t min_ = 0;
    std::int64_t max_ = 0;
    double sum_ = 0;
};

}  // namespace mettle
