#include "mettle/cli/scenario_options.hpp"

#include "mettle/base/exit_code.hpp"
#include "mettle/scenario/reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::cli {

namespace {

bool is_scenario_file(const std::string& word) {
    return !word.contains("://") && (word.ends_with(".yaml") || word.ends_with(".yml"));
}

// A class's name has no characters of an address.
bool is_class_name(const std::string& word) {
    return word.find_first_of(":/.") == std::string::npos && word != "localhost";
}

void apply_amount(const Flags& flags, const scenario::LoadSpec& spec, LoadOptions& options) {
    // One flag that says how much makes all that the file says about it void.
    const bool given = options.users || options.rate || options.stages || options.recording;
    if (!given) {
        options.users = spec.users;
        options.rate = spec.rate;
        if (spec.stages_are_rates)
            options.rate_stages = spec.stages;
        else if (!flags.given("--arrivals"))
            options.stages = spec.stages;
        if (spec.law && !flags.given("--arrivals")) options.law = *spec.law;
    }
    const bool by_users = !options.is_open() && !options.stages;
    if (by_users && spec.spawn_rate && !flags.given("--spawn-rate"))
        options.spawn_rate = *spec.spawn_rate;
}

void refuse_payload_flags(const Flags& flags) {
    for (const char* flag : {"--model", "--batch", "--shape", "--binary", "--method", "--body",
                             "--requests", "--only", "--data"}) {
        if (!flags.given(flag)) continue;
        throw StartupError(
            fmt::format("{} says what is sent, and so does the scenario: give one of them", flag));
    }
}

}  // namespace

LoadWords sort_words(const std::vector<std::string>& words, const std::string& scenario_flag) {
    LoadWords sorted;
    sorted.scenario = scenario_flag;
    const bool has_file = !scenario_flag.empty() || std::ranges::any_of(words, is_scenario_file);
    for (const std::string& word : words) {
        if (is_scenario_file(word)) {
            if (!sorted.scenario.empty())
                throw StartupError(
                    fmt::format("two scenarios, {} and {}: give one", sorted.scenario, word));
            sorted.scenario = word;
        } else if (has_file && is_class_name(word)) {
            sorted.classes.push_back(word);
        } else if (sorted.target.empty()) {
            sorted.target = word;
        } else {
            throw StartupError(
                fmt::format("one argument too many: {} (the target is {})", word, sorted.target));
        }
    }
    return sorted;
}

std::string apply_scenario(const Flags& flags, const std::string& path, LoadOptions& options) {
    refuse_payload_flags(flags);
    auto read = scenario::load_scenario(path);
    if (!read) throw StartupError(read.error().message);
    auto scenario = std::make_shared<scenario::Scenario>(std::move(*read));
    apply_to_users(options, scenario->users);
    const scenario::LoadSpec& spec = scenario->load;
    apply_amount(flags, spec, options);
    if (spec.run_time && !flags.given("--run-time")) options.run_time = *spec.run_time;
    if (spec.iterations && !options.iterations) options.iterations = spec.iterations;
    if (spec.timeout && !flags.given("--timeout")) options.timeout = *spec.timeout;
    if (spec.stop_timeout && !options.stop_timeout) options.stop_timeout = spec.stop_timeout;
    if (spec.reset_stats && !options.is_open()) options.reset_stats = true;
    if (options.fail_if.empty()) options.fail_if = scenario->fail_if;
    if (options.abort_if.empty()) options.abort_if = scenario->abort_if;
    options.wait_given = flags.given("--wait");
    const std::string target = scenario->target;
    options.scenario = std::move(scenario);
    return target;
}

}  // namespace mettle::cli
