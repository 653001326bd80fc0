#pragma once

// The common form of laws in flags: "name", "name(1,2)", "name(p50=64,p99=512)".

#include "mettle/base/result.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mettle {

struct LawText {
    std::string name;
    std::vector<std::pair<std::string, std::string>> arguments;  // Key, or "", and value.
};
// Fails with why it has not this form, without the text itself.
Result<LawText> parse_law_text(std::string_view text);

// The numbers of a law whose arguments are `keys`, in this order or by key; fails with what is
// missing or too many: "normal(mean,deviation) takes 2 numbers".
Result<std::vector<double>> law_numbers(const LawText& law, const std::vector<std::string>& keys);

// The parts between `separator`, where it is not within parentheses.
std::vector<std::string_view> split_outside_parentheses(std::string_view text, char separator);

// "INPUT:LAW" at the last colon before the first parenthesis. Without one the input is "".
std::pair<std::string_view, std::string_view> split_input(std::string_view text);

}  // namespace mettle
