#include "mettle/prove/profile_file.hpp"

#include "mettle/schema/yaml_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace mettle::prove {
namespace {

constexpr std::size_t kMostBytes = 64 << 10;
constexpr std::size_t kMostItems = 16;
constexpr Duration kShortest = std::chrono::milliseconds(1);
constexpr Duration kLongest = std::chrono::hours(24);

struct Share {
    double& value;
};

// All values of a file, once: the reader and the writer walk this same list, so that neither knows
// a key that the other does not. Each has its section, key, place in the profile, bounds of its
// kind and a comment.
template <typename Visitor>
void walk(Profile& profile, Visitor& visit) {
    visit("", "budget", profile.budget, "time for all stages, without --budget");
    visit("", "invalid_repeats", profile.most_repeats, 0, 10,
          "how often a stage that could not be judged is run again");

    visit("cold_start", "starts", profile.cold_starts, 1, 100, "how often the target is started");
    visit("cold_start", "expected", profile.cold_start_each, "a start, for the plan");
    visit("cold_start", "limit", profile.start_limit,
          "the longest from exec to the first right answer");

    visit("correctness", "concurrency", profile.concurrency, 1, 10'000, "users, rising");
    visit("correctness", "time", profile.level, "load at each of these");

    visit("steady", "unloaded", profile.unloaded, "one user, for the latency without load");
    visit("steady", "time", profile.steady, "load at the expected rate");

    visit("capacity", "probe", profile.probe, "a rate of the search");
    visit("capacity", "confirm", profile.confirm, "the run that carries the claim");
    visit("capacity", "time", profile.capacity, "the stage in all");
    visit("capacity", "most_bisect", profile.most_bisect, 1, 50, "probes between pass and fail");
    visit("capacity", "most_confirm", profile.most_confirm, 1, 50, "confirming runs");
    visit("capacity", "confidence", profile.confidence, 0.5, 0.99999, "of the claim");

    visit("payload", "rows", profile.payload_rows, 1, 100'000, "in a request, rising");
    visit("payload", "users", profile.payload_users, 1, 1'000, "requests at once, rising");
    visit("payload", "time", profile.payload, "load at each pair of these; twice for one user");

    visit("overload", "multiples", profile.overload_multiples, 1.2, 100, "of the capacity, rising");
    visit("overload", "time", profile.overload, "load at each of these");
    visit("overload", "recovery", profile.recovery, "how long it may take to be well again");
    visit("overload", "graceful", Share{profile.overload_limits.graceful},
          "goodput over capacity from which it is graceful");
    visit("overload", "degraded", Share{profile.overload_limits.degraded},
          "from which it is degraded; less has collapsed");
    visit("overload", "errors", Share{profile.overload_limits.broken},
          "errors that are no refusals, of all requests; more fail");

    const auto growth = [&](const char* what, const char* unit, analysis::DriftLimit& limit) {
        visit("growth", fmt::format("{}_least", what), limit.least, 0, 1e15, unit);
        visit("growth", fmt::format("{}_share", what), Share{limit.least_share},
              "and as a share of where it began");
    };
    growth("memory", "bytes that memory must grow by to be a leak,", profile.memory);
    growth("descriptors", "open files and sockets,", profile.descriptors);
    growth("threads", "threads,", profile.threads);
    growth("latency", "ms of the median,", profile.latency);

    visit("assumed", "error_rate", Share{profile.assumed_error_rate}, "without --slo");
    visit("assumed", "p99_ms", profile.assumed_p99_ms, 0.001, 1e7, "without --slo, or");
    visit("assumed", "p99_factor", profile.assumed_p99_factor, 1, 1e4,
          "so many times the p99 of one user, where that is more");
}

// Takes from the document what is there.
class Reading {
public:
    Reading(YamlReader& reader, const YamlNode& root) : reader_(reader) {
        enter("", root);
        for (const char* section : {"cold_start", "correctness", "steady", "capacity", "payload",
                                    "overload", "growth", "assumed"}) {
            if (const YamlNode* node = sections_.at("").take(section)) enter(section, *node);
        }
        sections_.at("").take("from");
    }

    void operator()(const std::string& section, const std::string& key, Duration& value,
                    const char*) {
        const YamlNode* node = take(section, key);
        if (!node) return;
        const auto read = reader_.duration(*node, key);
        if (!read) return;
        if (*read < kShortest || *read > kLongest)
            reader_.wrong(*node,
                          fmt::format("{} is a time from 1ms to 24h, not {}", key, node->text));
        value = *read;
    }
    void operator()(const std::string& section, const std::string& key, int& value, int least,
                    int most, const char*) {
        if (const YamlNode* node = take(section, key))
            value = static_cast<int>(reader_.whole(*node, key, least, most).value_or(least));
    }
    void operator()(const std::string& section, const std::string& key, double& value, double least,
                    double most, const char*) {
        if (const YamlNode* node = take(section, key))
            value = reader_.number(*node, key, least, most).value_or(least);
    }
    void operator()(const std::string& section, const std::string& key, Share share, const char*) {
        const YamlNode* node = take(section, key);
        if (!node) return;
        const auto read = parse_share(reader_.text(*node, key));
        if (read)
            share.value = *read;
        else if (node->is_scalar())
            reader_.wrong(*node, fmt::format("{}: {}", key, read.error().message));
    }
    template <typename Number>
    void operator()(const std::string& section, const std::string& key, std::vector<Number>& values,
                    double least, double most, const char*) {
        const YamlNode* node = take(section, key);
        if (node) read_rising(*node, key, values, least, most);
    }

    const YamlNode* find(const std::string& section, const std::string& key) const {
        const auto found = nodes_.find({section, key});
        return found == nodes_.end() ? nullptr : found->second;
    }
    void finish() {
        for (auto& [name, keys] : sections_) keys.finish();
    }

private:
    void enter(const std::string& name, const YamlNode& node) {
        const std::string what = name.empty() ? "a profile" : fmt::format("'{}'", name);
        sections_.emplace(name, KeyReader(reader_, node, what));
    }

    const YamlNode* take(const std::string& section, const std::string& key) {
        const auto keys = sections_.find(section);
        if (keys == sections_.end()) return nullptr;
        const YamlNode* node = keys->second.take(key);
        if (node) nodes_[{section, key}] = node;
        return node;
    }

    template <typename Number>
    void read_rising(const YamlNode& node, const std::string& key, std::vector<Number>& values,
                     double least, double most) {
        if (!node.is_list() || node.items.empty() || node.items.size() > kMostItems) {
            reader_.wrong(node, fmt::format("{} is a list of 1 to {} numbers", key, kMostItems));
            return;
        }
        values.clear();
        for (const YamlNode& item : node.items) {
            std::optional<double> value;
            if constexpr (std::is_integral_v<Number>) {
                const auto whole = reader_.whole(item, key, static_cast<std::int64_t>(least),
                                                 static_cast<std::int64_t>(most));
                if (whole) value = static_cast<double>(*whole);
            } else {
                value = reader_.number(item, key, least, most);
            }
            if (!value) continue;
            if (!values.empty() && static_cast<Number>(*value) <= values.back())
                reader_.wrong(item, fmt::format("{} rise: {} is no more than the one before it",
                                                key, item.text));
            values.push_back(static_cast<Number>(*value));
        }
    }

    YamlReader& reader_;
    std::map<std::string, KeyReader> sections_;
    std::map<std::pair<std::string, std::string>, const YamlNode*> nodes_;
};

// "12s", "1500ms": without loss, unlike format_duration, which is for people's eyes.
std::string plain(Duration time) {
    using namespace std::chrono_literals;
    if (time % 1s == 0s) return fmt::format("{}s", time / 1s);
    if (time % 1ms == 0ms) return fmt::format("{}ms", time / 1ms);
    return fmt::format("{}us", time / 1us);
}

// Writes each value with its comment.
class Writing {
public:
    void operator()(const std::string& section, const std::string& key, const Duration& value,
                    const char* comment) {
        line(section, key, plain(value), comment);
    }
    void operator()(const std::string& section, const std::string& key, int value, double, double,
                    const char* comment) {
        line(section, key, std::to_string(value), comment);
    }
    void operator()(const std::string& section, const std::string& key, double value, double,
                    double, const char* comment) {
        line(section, key, fmt::format("{}", value), comment);
    }
    void operator()(const std::string& section, const std::string& key, Share share,
                    const char* comment) {
        line(section, key, fmt::format("{}", share.value), comment);
    }
    template <typename Number>
    void operator()(const std::string& section, const std::string& key,
                    const std::vector<Number>& values, double, double, const char* comment) {
        line(section, key, fmt::format("[{}]", fmt::join(values, ", ")), comment);
    }

    std::string text;

private:
    void line(const std::string& section, const std::string& key, const std::string& value,
              const char* comment) {
        if (section != section_) text += fmt::format("\n{}:\n", section);
        section_ = section;
        const std::string pair = fmt::format("{}: {}", key, value);
        text += fmt::format("{}{:<28} # {}\n", section.empty() ? "" : "  ", pair, comment);
    }

    std::string section_;
};

// What each value allows, and all of them together do not.
void check_together(const Profile& profile, const Reading& reading, YamlReader& reader,
                    const YamlNode& root) {
    const auto contradiction = [&](const std::string& section, const std::string& key,
                                   const char* other, const std::string& message) {
        const YamlNode* node = reading.find(section, key);
        if (!node) node = reading.find(section, other);
        reader.wrong(node ? *node : root, message);
    };
    if (profile.overload_limits.degraded >= profile.overload_limits.graceful)
        contradiction(
            "overload", "degraded", "graceful",
            fmt::format("degraded ({}) is below graceful ({})", profile.overload_limits.degraded,
                        profile.overload_limits.graceful));
    if (profile.probe > profile.confirm)
        contradiction(
            "capacity", "probe", "confirm",
            fmt::format("a probe ({}) is no longer than the confirming run ({})",
                        format_duration(profile.probe), format_duration(profile.confirm)));
    if (profile.confirm + profile.probe > profile.capacity)
        contradiction("capacity", "time", "confirm",
                      fmt::format("a probe ({}) and the confirming run ({}) do not fit into the "
                                  "capacity stage's time of {}",
                                  format_duration(profile.probe), format_duration(profile.confirm),
                                  format_duration(profile.capacity)));
}

Profile start_from(YamlReader& reader, const YamlNode* from) {
    if (!from) return *profile_named("default");
    auto profile = profile_named(reader.text(*from, "from"));
    if (profile) return *profile;
    reader.wrong(*from, profile.error().message);
    return *profile_named("default");
}

}  // namespace

Profile read_profile(std::string_view text, const std::string& name, Mistakes& mistakes) {
    const YamlNode root =
        parse_yaml(text, mistakes.add_file(name), mistakes, {kMostBytes, 2'000, 8});
    YamlReader reader(mistakes);
    Profile profile = start_from(reader, root.find("from"));
    profile.name = name;
    Reading reading(reader, root);
    walk(profile, reading);
    reading.finish();
    if (mistakes.empty()) check_together(profile, reading, reader, root);
    return profile;
}

Result<Profile> profile_at(const std::string& name_or_path) {
    std::error_code error;
    const bool is_path = name_or_path.find_first_of("/.") != std::string::npos ||
                         std::filesystem::exists(name_or_path, error);
    if (auto named = profile_named(name_or_path); named || !is_path) return named;
    std::ifstream file(name_or_path, std::ios::binary);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf()))
        return fail(Error::Kind::invalid_input,
                    fmt::format("--profile {} cannot be read", name_or_path));
    Mistakes mistakes;
    Profile profile = read_profile(text.str(), name_or_path, mistakes);
    if (!mistakes.empty()) return fail(Error::Kind::invalid_input, mistakes.to_string());
    return profile;
}

std::string to_yaml(const Profile& profile) {
    Profile copy = profile;
    Writing writing;
    writing.text =
        "# A profile of `mettle prove --profile FILE`. What is left out stays as in `from`.\n"
        "from: default\n";
    walk(copy, writing);
    return std::move(writing.text);
}

}  // namespace mettle::prove
