#pragma once

// A comparison as text: for the terminal, for a pull request, for a CI's list of tests.

#include "mettle/results/comparison.hpp"

#include <string>

namespace mettle::report {

std::string compare_summary(const results::Comparison& comparison, bool colour);
std::string compare_markdown(const results::Comparison& comparison);
std::string compare_junit(const results::Comparison& comparison);

// "12.4 ms", "1,520 rps", "0.20 %", "41.0 MiB": the median of a side.
std::string median_text(const std::vector<double>& values, const std::string& unit);

}  // namespace mettle::report
