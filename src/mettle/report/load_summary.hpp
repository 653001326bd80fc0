#pragma once

#include "mettle/results/run_result.hpp"
#include "mettle/results/verdict.hpp"

#include <string>

namespace mettle::report {

// What a run printed last: tables, phases, validity and the verdict.
std::string load_summary(const results::RunResult& run, const results::Verdict& verdict,
                         bool colour);

// The line under the live table: how far, how many in flight, how late the generator is.
std::string progress_line(const results::RunResult& so_far, double elapsed_s, double run_s,
                          int users, int in_flight, double generator_cpu);

// For pull requests: the verdict, a table, failures, validity.
std::string load_markdown(const results::RunResult& run, const results::Verdict& verdict);

// JUnit: a test case for the requests, one for validity and one for each expression.
std::string load_junit(const results::RunResult& run,
                       const std::vector<results::Expression>& fail_if);

// What Locust's --json prints: a list of its statistics entries.
std::string locust_json(const results::RunResult& run);

}  // namespace mettle::report
