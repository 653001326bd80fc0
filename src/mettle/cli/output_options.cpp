#include "mettle/cli/output_options.hpp"

#include "mettle/base/units.hpp"
#include "mettle/cli/flag_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <utility>

namespace mettle::cli {

namespace {

constexpr std::size_t kMostPercentiles = 20;
constexpr std::int64_t kMostSlowest = 10'000;
constexpr std::uint64_t kLeastRotate = 1'000'000;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

Result<void> set_log_part(RequestLogOption& option, const std::string& key,
                          const std::string& value) {
    if (key == "sample") {
        const auto share = parse_share(value);
        if (!share || *share <= 0)
            return invalid(fmt::format("sample={}: write a share, as in sample=1%", value));
        option.share = *share;
        return {};
    }
    if (key == "rotate") {
        const auto size = parse_size(value);
        if (!size || *size < kLeastRotate)
            return invalid(fmt::format("rotate={}: write a size from 1MB on", value));
        option.file.rotate_bytes = *size;
        return {};
    }
    return invalid(fmt::format("'{}' is not known: there are sample=1% and rotate=100MB", key));
}

Result<log::Level> parse_level(std::string text) {
    for (char& character : text)
        character = static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
    if (text == "debug") return log::Level::debug;
    if (text == "info") return log::Level::info;
    if (text == "warning") return log::Level::warning;
    if (text == "error" || text == "critical") return log::Level::error;
    return invalid(fmt::format("'{}' is none of DEBUG, INFO, WARNING, ERROR, CRITICAL", text));
}

void add_file_flags(Flags& flags, OutputOptions& options) {
    const char* group = "Results";
    flags
        .add("--percentiles", into(options.percentiles, parse_percentiles),
             "those of the tables, the .md and the .json, as 50,90,99.9", "Locust's eleven")
        ->group(group);
    flags
        .add("--request-log", into(options.request_log, parse_request_log),
             "a JSON line for each request, as log.jsonl or log.jsonl,sample=1%,rotate=100MB")
        ->group(group);
    flags
        .add("--slowest", into(options.slowest, whole_number(0, kMostSlowest)),
             "requests that the .json shows in full", "10")
        ->group(group);
    flags
        .add("--metrics-port", into(options.metrics_port, whole_number(0, 65535)),
             "serve the load's own numbers for Prometheus at 127.0.0.1; 0 takes any free port")
        ->group(group);
}

}  // namespace

void add_output_flags(Flags& flags, OutputOptions& options) {
    add_file_flags(flags, options);
    const char* group = "Messages";
    flags
        .add("-L,--loglevel", into(options.log_level, parse_level),
             "DEBUG, INFO, WARNING, ERROR or CRITICAL", "INFO")
        ->group(group);
    flags.app()
        .add_option("--logfile", options.log_file,
                    "messages go there, with their times, instead of to standard error")
        ->group(group);
    // What is so anyway: a load starts at once, shows its table, and ends when it is over.
    for (const char* name : {"--print-stats", "--skip-log", "--skip-log-setup", "--autostart"})
        flags.app().add_flag(name)->group("");
    flags.add("--autoquit", [](const std::string&) { return Result<void>{}; }, "")->group("");
}

Result<std::vector<double>> parse_percentiles(const std::string& text) {
    std::vector<double> shares;
    std::istringstream parts(text);
    for (std::string part; std::getline(parts, part, ',');) {
        const auto percent =
            parse_number(part.ends_with('%') ? part.substr(0, part.size() - 1) : part);
        if (!percent || *percent <= 0 || *percent > 100)
            return invalid(fmt::format(
                "'{}' is no percentile: write numbers above 0 up to 100, as in 50,90,99.9", part));
        shares.push_back(*percent / 100);
    }
    std::ranges::sort(shares);
    shares.erase(std::ranges::unique(shares).begin(), shares.end());
    if (shares.empty() || shares.size() > kMostPercentiles)
        return invalid(fmt::format("'{}': write 1 to {} percentiles, as in 50,90,99.9", text,
                                   kMostPercentiles));
    return shares;
}

// A file's name may hold commas: what follows the last is ours where it looks like it.
Result<RequestLogOption> parse_request_log(const std::string& text) {
    RequestLogOption option;
    option.file.path = text;
    for (;;) {
        const auto comma = option.file.path.rfind(',');
        const auto equals = option.file.path.find('=', comma == std::string::npos ? 0 : comma);
        if (comma == std::string::npos || equals == std::string::npos) break;
        const std::string key = option.file.path.substr(comma + 1, equals - comma - 1);
        const auto set = set_log_part(option, key, option.file.path.substr(equals + 1));
        if (!set) return std::unexpected(set.error());
        option.file.path.resize(comma);
    }
    if (option.file.path.empty()) return invalid("there is no file name");
    return option;
}

}  // namespace mettle::cli
