#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols {

// Bodies that a check has judged right, so that the same bytes need not be judged again: comparing
// them is fifty times cheaper than parsing JSON. A few for each payload, since a server that
// batches may answer the same question with other last digits. Of one worker.
class KnownAnswers {
public:
    static constexpr std::size_t kVariants = 4;
    static constexpr std::size_t kMaxBody = 256 * 1024;
    static constexpr std::size_t kMaxBytes = std::size_t{64} << 20;  // Of all of them.

    bool contains(std::string_view body) const;
    // Forgets the oldest when there are enough; keeps nothing when `bytes_used` is over the limit.
    void add(std::string_view body, std::size_t& bytes_used);
    bool empty() const { return bodies_.empty(); }

private:
    std::vector<std::string> bodies_;
    std::size_t oldest_ = 0;
};

}  // namespace mettle::protocols
