#include "mettle/cli/arrivals_option.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

namespace mettle::cli {

namespace {

constexpr double kMostSpeed = 1e6;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
    return parts;
}

struct FileOption {
    bool is_log = false;
    std::string file;
    double speed = 1;
    std::vector<std::string> methods = {"GET", "HEAD"};  // Empty: all.
};

Result<void> set_part(FileOption& option, const std::string& key, const std::string& value) {
    if (key == "speed") {
        const auto speed = parse_number(value);
        if (!speed || *speed <= 0 || *speed > kMostSpeed)
            return invalid(fmt::format("speed={}: write a number above 0, as in speed=2", value));
        option.speed = *speed;
        return {};
    }
    if (key == "methods" && option.is_log) {
        option.methods = split(value, '+');
        if (value == "all") option.methods.clear();
        return {};
    }
    return invalid(fmt::format("'{}' is not known: there are speed=2{}", key,
                               option.is_log ? " and methods=GET+POST" : ""));
}

// File names may hold commas: what follows them is ours only where it looks like it.
Result<FileOption> parse_file_option(const std::string& text) {
    FileOption option;
    option.is_log = text.starts_with("log:");
    option.file = text.substr(text.find(':') + 1);
    for (;;) {
        const auto comma = option.file.rfind(',');
        if (comma == std::string::npos) break;
        const std::string part = option.file.substr(comma + 1);
        const auto equals = part.find('=');
        if (equals == std::string::npos) break;
        const auto set = set_part(option, part.substr(0, equals), part.substr(equals + 1));
        if (!set) return std::unexpected(set.error());
        option.file.resize(comma);
    }
    return option;
}

Result<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    if (!file || (file.peek() != std::ifstream::traits_type::eof() && !(text << file.rdbuf())))
        return invalid(fmt::format("{} cannot be read", path));
    return std::move(text).str();
}

// "12 POST and 3 DELETE requests"
std::string counted(const std::map<std::string, std::size_t>& left_out) {
    std::string text;
    for (const auto& [method, count] : left_out)
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, method);
    return text;
}

std::string keep_methods(load::Recording& recording, const std::vector<std::string>& methods) {
    if (methods.empty()) return "";
    std::map<std::string, std::size_t> left_out;
    std::size_t kept = 0;
    for (std::size_t index = 0; index < recording.requests.size(); ++index) {
        const std::string& method = recording.requests[index].method;
        if (std::ranges::find(methods, method) == methods.end()) {
            ++left_out[method];
            continue;
        }
        recording.moments[kept] = recording.moments[index];
        if (kept != index) recording.requests[kept] = std::move(recording.requests[index]);
        ++kept;
    }
    recording.moments.resize(kept);
    recording.requests.resize(kept);
    if (left_out.empty()) return "";
    return fmt::format("left out of the log: {}; methods=all sends them, too", counted(left_out));
}

std::string joined(std::string left, const std::string& right) {
    if (!left.empty() && !right.empty()) left += "\n";
    return left + right;
}

Result<ArrivalsOption> read_recording(const FileOption& option) {
    const auto text = read_file(option.file);
    if (!text) return std::unexpected(text.error());
    auto recording = option.is_log ? load::parse_access_log(*text) : load::parse_trace(*text);
    if (!recording) return invalid(fmt::format("{}: {}", option.file, recording.error().message));
    ArrivalsOption arrivals;
    if (recording->skipped > 0) {
        arrivals.note = fmt::format("{}: {} line{} without a request skipped, the first: {}",
                                    option.file, recording->skipped,
                                    recording->skipped == 1 ? "" : "s", recording->first_skipped);
    }
    if (option.is_log)
        arrivals.note = joined(arrivals.note, keep_methods(*recording, option.methods));
    if (recording->moments.empty())
        return invalid(
            fmt::format("{}: nothing of it may be sent; {}", option.file, arrivals.note));
    load::play_at(*recording, option.speed);
    arrivals.recording = std::make_shared<const load::Recording>(std::move(*recording));
    return arrivals;
}

}  // namespace

Result<ArrivalsOption> parse_arrivals_option(const std::string& text) {
    if (text.starts_with("trace:") || text.starts_with("log:")) {
        const auto option = parse_file_option(text);
        if (!option) return std::unexpected(option.error());
        return read_recording(*option);
    }
    const auto law = load::parse_arrival_law(text);
    if (!law) return invalid(law.error().message + ", trace:FILE or log:FILE");
    return ArrivalsOption{*law, nullptr, ""};
}

double peak_rate(const load::Recording& recording) {
    std::size_t most = 0, first = 0;
    const auto& moments = recording.moments;
    for (std::size_t last = 0; last < moments.size(); ++last) {
        while (moments[last] - moments[first] >= std::chrono::seconds(1)) ++first;
        most = std::max(most, last - first + 1);
    }
    return static_cast<double>(most);
}

}  // namespace mettle::cli
