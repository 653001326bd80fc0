#pragma once

#include <set>
#include <string>
#include <string_view>

namespace mettle::protocols {

// What failed attempts say, each text once, so that an Attempt can hold a view of it. Bounded: a
// server that words each failure differently must not fill the memory.
class DetailTexts {
public:
    static constexpr std::size_t kMost = 200;
    static constexpr std::size_t kLongest = 300;  // Bytes; the rest is cut off.

    std::string_view keep(std::string_view text);

private:
    std::set<std::string, std::less<>> texts_;
};

}  // namespace mettle::protocols
