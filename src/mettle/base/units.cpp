#include "mettle/base/units.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace mettle {

namespace {

struct Unit {
    std::string_view name;
    double factor;
};

constexpr std::array kDurationUnits = {
    Unit{"ns", 1e-9}, Unit{"us", 1e-6}, Unit{"µs", 1e-6}, Unit{"ms", 1e-3}, Unit{"s", 1},
    Unit{"sec", 1},   Unit{"m", 60},    Unit{"min", 60},  Unit{"h", 3600},  Unit{"d", 86400},
};
constexpr std::array kSizeUnits = {
    Unit{"", 1},         Unit{"B", 1},      Unit{"K", 1024.0},   Unit{"KiB", 1024.0},
    Unit{"k", 1024.0},   Unit{"M", 0x1p20}, Unit{"MiB", 0x1p20}, Unit{"G", 0x1p30},
    Unit{"GiB", 0x1p30}, Unit{"T", 0x1p40}, Unit{"TiB", 0x1p40}, Unit{"kB", 1e3},
    Unit{"KB", 1e3},     Unit{"MB", 1e6},   Unit{"GB", 1e9},     Unit{"TB", 1e12},
};
constexpr std::array kRateUnits = {
    Unit{"", 1},       Unit{"rps", 1},       Unit{"/s", 1},          Unit{"k", 1e3},
    Unit{"krps", 1e3}, Unit{"/m", 1.0 / 60}, Unit{"/min", 1.0 / 60}, Unit{"/h", 1.0 / 3600},
};

constexpr double kLongestSeconds = 365.0 * 86400;

template <std::size_t N>
const Unit* find_unit(const std::array<Unit, N>& units, std::string_view name) {
    for (const Unit& unit : units) {
        if (unit.name == name) return &unit;
    }
    return nullptr;
}

// Takes the number at the start of `text` off it. Digits and a dot only: no sign, no exponent, so
// that what follows is a unit.
bool take_number(std::string_view& text, double& value) {
    std::size_t length = 0;
    while (length < text.size() &&
           (std::isdigit(static_cast<unsigned char>(text[length])) || text[length] == '.'))
        ++length;
    const auto [end, error] = std::from_chars(text.data(), text.data() + length, value);
    if (length == 0 || error != std::errc{} || end != text.data() + length) return false;
    text.remove_prefix(length);
    return true;
}

std::string_view take_unit(std::string_view& text) {
    std::size_t length = 0;
    while (length < text.size() && !std::isdigit(static_cast<unsigned char>(text[length])) &&
           text[length] != '.')
        ++length;
    const std::string_view unit = text.substr(0, length);
    text.remove_prefix(length);
    return unit;
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
    const auto wrong = [text] {
        return fail(
            Error::Kind::invalid_input,
            fmt::format("'{}' is not a duration: write 250us, 20ms, 1.5s, 10m or 1h30m", text));
    };
    std::string_view rest = trim(text);
    if (rest.empty()) return wrong();
    double seconds = 0;
    while (!rest.empty()) {
        double value = 0;
        if (!take_number(rest, value)) return wrong();
        const std::string_view name = trim(take_unit(rest));
        const Unit* unit =
            find_unit(kDurationUnits, name.empty() && rest.empty() && seconds == 0 ? "s" : name);
        if (!unit) return wrong();
        seconds += value * unit->factor;
    }
    if (!(seconds <= kLongestSeconds)) {
        return fail(Error::Kind::invalid_input, fmt::format("'{}' is longer than a year", text));
    }
    return Duration(std::llround(seconds * 1e9));
}

Result<std::uint64_t> parse_size(std::string_view text) {
    std::string_view rest = trim(text);
    double value = 0;
    const Unit* unit = take_number(rest, value) ? find_unit(kSizeUnits, trim(rest)) : nullptr;
    if (!unit || !(value * unit->factor < 0x1p62)) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("'{}' is not a size: write 4096, 64KiB, 10MB or 2GiB", text));
    }
    return static_cast<std::uint64_t>(value * unit->factor);
}

Result<double> parse_rate(std::string_view text) {
    std::string_view rest = trim(text);
    double value = 0;
    const Unit* unit = take_number(rest, value) ? find_unit(kRateUnits, trim(rest)) : nullptr;
    const double rate = unit ? value * unit->factor : 0;
    if (!(rate > 0) || !std::isfinite(rate)) {
        return fail(
            Error::Kind::invalid_input,
            fmt::format("'{}' is not a rate: write 500, 500rps, 2k or 30/m, above zero", text));
    }
    return rate;
}

Result<double> parse_share(std::string_view text) {
    std::string_view rest = trim(text);
    double value = 0;
    const bool number = take_number(rest, value);
    if (number && rest == "%") {
        value /= 100;
        rest = {};
    }
    if (!number || !rest.empty() || !(value <= 1)) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("'{}' is not a share: write 0.1% or 0.001, at most 100%", text));
    }
    return value;
}

Result<double> parse_number(std::string_view text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size() ||
        !std::isfinite(value)) {
        return fail(Error::Kind::invalid_input, fmt::format("'{}' is not a number", text));
    }
    return value;
}

std::string format_duration(Duration duration) {
    const double seconds = std::chrono::duration<double>(duration).count();
    if (seconds < 1e-6) return fmt::format("{} ns", duration.count());
    if (seconds < 1e-3) return fmt::format("{:.{}f} µs", seconds * 1e6, seconds < 1e-4 ? 1 : 0);
    if (seconds < 1)
        return fmt::format("{:.{}f} ms", seconds * 1e3, seconds < 0.01 ? 2 : seconds < 0.1 ? 1 : 0);
    if (seconds < 60) return fmt::format("{:.1f} s", seconds);
    const auto whole = static_cast<long long>(std::llround(seconds));
    if (whole < 3600) return fmt::format("{}m{:02}s", whole / 60, whole % 60);
    return fmt::format("{}h{:02}m", whole / 3600, whole % 3600 / 60);
}

std::string format_size(std::uint64_t bytes) {
    constexpr std::array kNames = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = static_cast<double>(bytes);
    std::size_t index = 0;
    while (value >= 1024 && index + 1 < kNames.size()) value /= 1024, ++index;
    return index == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kNames[index]);
}

std::string format_rate(double per_second) {
    if (per_second >= 1e6) return fmt::format("{:.2f}M", per_second / 1e6);
    if (per_second < 10) return fmt::format("{:.2f}", per_second);
    std::string digits = fmt::format("{:.0f}", per_second);
    for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
    return digits;
}

}  // namespace mettle
