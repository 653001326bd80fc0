#include "mettle/load/wait_time.hpp"

#include "mettle/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mettle::load {

namespace {

std::int64_t to_ns(double seconds) {
    return std::llround(seconds * 1e9);
}

Result<double> seconds(std::string_view text) {
    const auto duration = parse_duration(text);
    if (!duration) return std::unexpected(duration.error());
    return std::chrono::duration<double>(*duration).count();
}

Result<WaitTime> one_time(WaitTime::Kind kind, std::string_view text) {
    const auto value = seconds(text);
    if (!value) return std::unexpected(value.error());
    return WaitTime{kind, *value, *value};
}

// Takes `prefix` off the front.
bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

}  // namespace

Result<WaitTime> parse_wait_time(std::string_view text) {
    using enum WaitTime::Kind;
    std::string_view rest = text;
    if (take(rest, "throughput:")) {
        const auto rate = parse_rate(rest);
        if (!rate) return std::unexpected(rate.error());
        return WaitTime{throughput, *rate, *rate};
    }
    if (take(rest, "pacing:")) {
        auto wait = one_time(pacing, rest);
        if (wait && wait->low_s == 0)
            return fail(Error::Kind::invalid_input, "pacing:0 asks for no pace; write pacing:1s");
        return wait;
    }
    if (take(rest, "exp:")) return one_time(exponential, rest);
    const auto dots = rest.find("..");
    if (dots == std::string_view::npos) return one_time(constant, rest);
    const auto low = seconds(rest.substr(0, dots)), high = seconds(rest.substr(dots + 2));
    if (!low) return std::unexpected(low.error());
    if (!high) return std::unexpected(high.error());
    if (*low > *high) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("'{}' ends before it begins; write the shorter wait first", text));
    }
    return WaitTime{between, *low, *high};
}

std::string WaitTime::to_string() const {
    switch (kind) {
        case Kind::constant:
            return low_s == 0 ? "0" : fmt::format("{}s", low_s);
        case Kind::between:
            return fmt::format("{}s..{}s", low_s, high_s);
        case Kind::pacing:
            return fmt::format("pacing:{}s", low_s);
        case Kind::throughput:
            return fmt::format("throughput:{}", low_s);
        case Kind::exponential:
            return fmt::format("exp:{}s", low_s);
    }
    return {};
}

NextIteration next_iteration(const WaitTime& wait, std::int64_t began_ns, std::int64_t ended_ns,
                             Random& random) {
    switch (wait.kind) {
        case WaitTime::Kind::constant:
            return {ended_ns + to_ns(wait.low_s)};
        case WaitTime::Kind::between:
            return {ended_ns + to_ns(wait.low_s + (wait.high_s - wait.low_s) * random.uniform())};
        case WaitTime::Kind::exponential:
            return {ended_ns + to_ns(wait.low_s * random.exponential())};
        case WaitTime::Kind::pacing:
        case WaitTime::Kind::throughput:
            break;
    }
    const std::int64_t interval = std::max<std::int64_t>(
        1, to_ns(wait.kind == WaitTime::Kind::pacing ? wait.low_s : 1 / wait.low_s));
    const std::int64_t due = began_ns + interval;
    if (ended_ns <= due) return {due};
    return {ended_ns, static_cast<std::uint64_t>((ended_ns - began_ns) / interval)};
}

}  // namespace mettle::load
