#include "mettle/metrics/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace mettle {

// Values below 2048 have a bucket each: pages 0 and 1. Above, page p (p >= 2) holds the values
// whose highest bit is 9 + p, 1024 buckets of width 2^(p-1).
int Histogram::bucket_of(std::int64_t value) {
    const auto bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value | 2047)));
    const int shift = bits - 11;
    return shift * kPageSize + static_cast<int>(value >> shift);
}

std::int64_t Histogram::lowest_in_bucket(int index) {
    const int page = index / kPageSize;
    if (page < 2) return index;
    return static_cast<std::int64_t>(index % kPageSize + kPageSize) << (page - 1);
}

std::int64_t Histogram::highest_in_bucket(int index) {
    const int page = index / kPageSize;
    return lowest_in_bucket(index) + (page < 2 ? 0 : (std::int64_t{1} << (page - 1)) - 1);
}

Histogram& Histogram::operator=(const Histogram& other) {
    if (this != &other) {
        Histogram copy(other);
        swap(copy);
    }
    return *this;
}

Histogram& Histogram::operator=(Histogram&& other) noexcept {
    Histogram taken(std::move(other));
    swap(taken);
    return *this;
}

void Histogram::swap(Histogram& other) noexcept {
    std::swap(pages_, other.pages_);
    std::swap(count_, other.count_);
    std::swap(min_, other.min_);
    std::swap(max_, other.max_);
    std::swap(sum_, other.sum_);
}

const Histogram::Block* Histogram::block_of(int index) const {
    const auto& page = pages_[static_cast<std::size_t>(index / kPageSize)];
    if (!page) return nullptr;
    return (*page)[static_cast<std::size_t>(index % kPageSize / kBlockSize)].get();
}

Histogram::Block& Histogram::make_block(int index) {
    auto& page = pages_[static_cast<std::size_t>(index / kPageSize)];
    if (!page) [[unlikely]]
        page = std::make_unique<Page>();
    auto& block = (*page)[static_cast<std::size_t>(index % kPageSize / kBlockSize)];
    if (!block) [[unlikely]]
        block = std::make_unique<Block>();
    return *block;
}

void Histogram::record(std::int64_t value, std::uint64_t times) {
    if (times == 0) return;
    value = std::max<std::int64_t>(value, 0);
    const int index = bucket_of(std::min(value, kHighest));
    make_block(index)[static_cast<std::size_t>(index % kBlockSize)] += times;
    min_ = count_ ? std::min(min_, value) : value;
    max_ = std::max(max_, value);
    count_ += times;
    sum_ += static_cast<double>(value) * static_cast<double>(times);
}

void Histogram::merge(const Histogram& other) {
    if (other.count_ == 0) return;
    for (int index = 0; index < kPages * kPageSize; index += kBlockSize) {
        const Block* const from = other.block_of(index);
        if (!from) continue;
        Block& to = make_block(index);
        for (std::size_t slot = 0; slot < kBlockSize; ++slot) to[slot] += (*from)[slot];
    }
    min_ = count_ ? std::min(min_, other.min_) : other.min_;
    max_ = std::max(max_, other.max_);
    count_ += other.count_;
    sum_ += other.sum_;
}

void Histogram::clear() {
    for (auto& page : pages_) {
        if (!page) continue;
        for (auto& block : *page) {
            if (block) block->fill(0);
        }
    }
    count_ = 0;
    min_ = max_ = 0;
    sum_ = 0;
}

void Histogram::release() {
    for (auto& page : pages_) page.reset();
    clear();
}

double Histogram::mean() const {
    return count_ ? sum_ / static_cast<double>(count_) : 0;
}

double Histogram::standard_deviation() const {
    if (count_ == 0) return 0;
    double squares = 0;
    for (int index = 0; index < kPages * kPageSize; ++index) {
        const std::uint64_t times = bucket(index);
        if (times == 0) continue;
        const double middle =
            static_cast<double>(lowest_in_bucket(index) + highest_in_bucket(index)) / 2;
        squares += (middle - mean()) * (middle - mean()) * static_cast<double>(times);
    }
    return std::sqrt(squares / static_cast<double>(count_));
}

std::int64_t Histogram::quantile(double share) const {
    return quantile_with(share, 0);
}

std::int64_t Histogram::quantile_with(double share, std::uint64_t above) const {
    const std::uint64_t all = count_ + above;
    if (all == 0) return 0;
    // Less a hair, since 0.07 * 100 is 7.000000000000001 and must not ask for the eighth value.
    const double exact = std::clamp(share, 0.0, 1.0) * static_cast<double>(all);
    const auto rank =
        std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(exact * (1 - 1e-12))));
    if (rank > count_) return -1;
    std::uint64_t seen = 0;
    for (int index = 0; index < kPages * kPageSize; index += kBlockSize) {
        const Block* const counts = block_of(index);
        if (!counts) continue;
        for (int slot = 0; slot < kBlockSize; ++slot) {
            seen += (*counts)[static_cast<std::size_t>(slot)];
            if (seen >= rank) return std::clamp(highest_in_bucket(index + slot), min_, max_);
        }
    }
    return max_;
}

std::uint64_t Histogram::count_at_or_below(std::int64_t value) const {
    if (value < 0) return 0;
    const int last = bucket_of(std::min(value, kHighest));
    std::uint64_t seen = 0;
    for (int index = 0; index <= last; ++index) {
        if (!block_of(index)) {
            index += kBlockSize - 1 - index % kBlockSize;
            continue;
        }
        seen += bucket(index);
    }
    return seen;
}

std::uint64_t Histogram::bucket(int index) const {
    const Block* const block = block_of(index);
    return block ? (*block)[static_cast<std::size_t>(index % kBlockSize)] : 0;
}

}  // namespace mettle
