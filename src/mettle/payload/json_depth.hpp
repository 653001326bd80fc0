#pragma once

#include <string_view>

namespace mettle::payload {

// Whether arrays and objects of a JSON text stand in each other deeper than `most`. To be asked
// before a strange text becomes a nlohmann value, whose copies and comparisons recurse. Takes any
// text.
bool is_deeper_than(std::string_view text, int most);

constexpr int kDeepestJson = 500;

}  // namespace mettle::payload
