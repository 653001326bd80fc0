#include "mettle/inference/simulated_spec.hpp"

#include "mettle/base/law_text.hpp"
#include "mettle/base/similar.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace mettle {

namespace {

constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 40;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 30;
constexpr std::int64_t kMostWidth = 1 << 24;

const std::vector<std::string> kSettings = {"sleep", "burn",       "batch",  "fail",
                                            "stall", "stall_time", "warmup", "memory",
                                            "scale", "width",      "seed"};

std::unexpected<Error> wrong(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

template <typename T, typename Value>
Result<void> put(T& target, const Result<Value>& value) {
    if (!value) return std::unexpected(value.error());
    target = static_cast<T>(*value);
    return {};
}

Result<std::uint64_t> parse_whole(std::string_view text, std::uint64_t most) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > most)
        return wrong(fmt::format("'{}' is no whole number up to {}", text, most));
    return value;
}

Result<Duration> parse_time(std::string_view text) {
    const auto time = parse_duration(text);
    if (time && *time > TimeLaw::kLongest) return wrong(fmt::format("{} is too long", text));
    return time;
}

Result<double> parse_factor(std::string_view text) {
    const auto factor = parse_number(text);
    if (factor && !(*factor >= 0 && *factor <= 1000))
        return wrong(fmt::format("batch={} must be from 0 to 1000", text));
    return factor;
}

// scale(rows), scale(bytes), scale(bytes,4KiB).
Result<void> set_scale(SimulatedSpec& spec, std::string_view text) {
    const auto law = parse_law_text(text);
    if (!law) return std::unexpected(law.error());
    const auto& arguments = law->arguments;
    const std::string by = arguments.empty() ? "" : arguments[0].second;
    if (by == "rows" && arguments.size() == 1) {
        spec.batch = 1;
        return {};
    }
    if (by != "bytes" || arguments.size() > 2)
        return wrong("write scale(rows), scale(bytes) or scale(bytes,4KiB)");
    spec.scale_bytes = 1024;
    if (arguments.size() == 1) return {};
    const auto unit = parse_size(arguments[1].second);
    if (unit && !(*unit >= 1 && *unit <= kMostBytes))
        return wrong("scale(bytes,SIZE) takes a size from 1 byte to 1 GiB");
    return put(spec.scale_bytes, unit);
}

Result<void> set(SimulatedSpec& spec, std::string_view key, std::string_view value) {
    if (key == "batch") return put(spec.batch, parse_factor(value));
    if (key == "fail") return put(spec.fail, parse_share(value));
    if (key == "stall") return put(spec.stall, parse_share(value));
    if (key == "stall_time") return put(spec.stall_time, parse_time(value));
    if (key == "warmup") return put(spec.warmup, parse_time(value));
    if (key == "seed") return put(spec.seed, parse_whole(value, UINT64_MAX));
    if (key == "memory") {
        const auto size = parse_size(value);
        if (size && *size > kMostMemory) return wrong("memory is at most 1 TiB");
        return put(spec.memory, size);
    }
    if (key == "width") {
        if (value == "any") return put(spec.width, Result<int>(-1));
        const auto width = parse_whole(value, kMostWidth);
        if (width && *width == 0) return wrong("width is at least 1");
        return put(spec.width, width);
    }
    const std::string similar = most_similar(std::string(key), kSettings);
    return wrong(fmt::format("there is no setting '{}'{}; there are {}", key,
                             similar.empty() ? "" : ": did you mean '" + similar + "'?",
                             fmt::join(kSettings, ", ")));
}

Result<void> set_part(SimulatedSpec& spec, std::string_view part) {
    if (part == "burn" || part == "sleep") {
        spec.burn = part == "burn";
        return {};
    }
    if (part.starts_with("scale(")) return set_scale(spec, part);
    const auto equals = part.find('=');
    if (equals != std::string_view::npos)
        return set(spec, part.substr(0, equals), part.substr(equals + 1));
    const bool takes_value = std::ranges::find(kSettings, part) != kSettings.end();
    return takes_value ? wrong(fmt::format("'{0}' needs a value, as in {0}=...", part))
                       : set(spec, part, "");
}

bool is_name(std::string_view name) {
    const auto fits = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') || letter == '_' || letter == '-' || letter == '.';
    };
    return !name.empty() && name.size() <= 255 && std::ranges::all_of(name, fits);
}

}  // namespace

Result<SimulatedSpec> parse_simulated(std::string_view text, const TimeLaw::ReadFile& read_file) {
    const auto at = [text](std::string_view part, const std::string& why) {
        return wrong(fmt::format("--simulate '{}', column {}: {}", text,
                                 part.data() - text.data() + 1, why));
    };
    const auto equals = text.find('=');
    if (equals == std::string_view::npos)
        return at(text, "write NAME=LAW, as in fraud=lognormal(p50=8ms,p99=40ms)");
    SimulatedSpec spec;
    spec.name = text.substr(0, equals);
    if (!is_name(spec.name))
        return at(text, "a model's name is made of letters, digits, '_', '-' and '.'");
    const auto parts = split_outside_parentheses(text.substr(equals + 1), ',');
    const auto law = TimeLaw::parse(parts.front(), read_file);
    if (!law) return at(parts.front(), law.error().message);
    spec.law = *law;
    for (auto part = parts.begin() + 1; part != parts.end(); ++part) {
        if (const auto done = set_part(spec, *part); !done) return at(*part, done.error().message);
    }
    return spec;
}

Duration scaled(const SimulatedSpec& spec, Duration one, std::int64_t rows, std::size_t bytes) {
    double factor = rows <= 0 ? 0 : 1 + spec.batch * static_cast<double>(rows - 1);
    if (spec.scale_bytes > 0)
        factor = static_cast<double>(bytes) / static_cast<double>(spec.scale_bytes);
    const double ns = static_cast<double>(one.count()) * factor;
    constexpr auto kLongest = static_cast<double>(TimeLaw::kLongest.count());
    return Duration(static_cast<std::int64_t>(std::min(ns, kLongest)));
}

}  // namespace mettle
