#pragma once

#include <map>
#include <mutex>
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

// Which payload first failed in a way, for all workers, so that a failure says what to send again
// and yet counts under one text. Bounded as DetailTexts are.
class FirstPayloads {
public:
    std::string with_payload(std::string_view text, std::string_view id);

private:
    std::mutex mutex_;
    std::map<std::string, std::string, std::less<>> first_;
};

}  // namespace mettle::protocols
