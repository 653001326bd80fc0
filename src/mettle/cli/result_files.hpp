#pragma once

#include "mettle/results/run_result.hpp"
#include "mettle/results/verdict.hpp"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::cli {

// Whether a result can be written there: an extension that is known, in a folder that exists and
// may be written to. Before the load, so that nothing is measured in vain.
Result<void> check_output(const std::string& path);

// The forms of a verdict, which has no histograms of its own.
inline constexpr std::array<std::string_view, 4> kVerdictForms = {".json", ".html", ".md", ".xml"};
Result<void> check_output(const std::string& path, std::span<const std::string_view> forms);

// Writes the run in the form that the extension says. Throws StartupError when that fails.
void write_output(const std::string& path, const results::RunResult& run,
                  const results::Verdict& verdict, const std::vector<results::Expression>& fail_if);

// Whole or not at all: into a file beside it, which is then renamed.
void write_file(const std::string& path, const std::string& text);

}  // namespace mettle::cli
