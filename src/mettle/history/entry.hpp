#pragma once

// One kept run, as a list shows it: what its JSON says at first sight.

#include "mettle/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::history {

struct Entry {
    bool operator==(const Entry&) const = default;

    std::string id;       // "20261124-193713-3fa9c2b1": when it began, and a digest of its text.
    std::string verb;     // load, prove, compare
    std::string started;  // RFC 3339, UTC.
    std::string target;   // "digits at http://127.0.0.1:8000", "A against B"
    std::string verdict;  // VALID, READY, pass, ...
    std::uint64_t bytes = 0;
    std::vector<std::string> tags;  // Ascending.
};

// From a result of `load`, `prove` or `compare`, without its tags. What another version added is
// passed over.
Result<Entry> describe(std::string_view json);

// Letters, digits, '.', '_' and '-', up to 64 of them, no '.' or '-' at first: it is a file's name,
// too.
bool is_name(std::string_view text);

}  // namespace mettle::history
