#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mettle {

// The most similar of `names` within a third of its length; empty when none is. For "did you mean".
std::string most_similar(std::string_view given, const std::vector<std::string>& names);

}  // namespace mettle
