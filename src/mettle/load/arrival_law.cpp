#include "mettle/load/arrival_law.hpp"

#include <fmt/format.h>

#include <cmath>

namespace mettle::load {

namespace {

constexpr double kLeastCv = 0.01;
constexpr double kMostCv = 20;
constexpr std::string_view kForms =
    "write constant, poisson, gamma:CV as in gamma:2, or burst:on=1s,off=4s";

std::unexpected<Error> bad(std::string_view text, std::string_view why) {
    return fail(Error::Kind::invalid_input, fmt::format("'{}': {}; {}", text, why, kForms));
}

Result<ArrivalLaw> parse_gamma(std::string_view text) {
    const auto cv = parse_number(text.substr(std::string_view("gamma:").size()));
    if (!cv || !(*cv >= kLeastCv && *cv <= kMostCv))
        return bad(text, fmt::format("the coefficient of variation is a number from {} to {}",
                                     kLeastCv, kMostCv));
    return ArrivalLaw::gamma(*cv);
}

Result<ArrivalLaw> parse_gaps(std::string_view text) {
    if (text == "constant") return ArrivalLaw::constant;
    if (text == "poisson") return ArrivalLaw::poisson;
    if (text.starts_with("gamma:")) return parse_gamma(text);
    return bad(text, "there is no such law");
}

Result<void> set_burst_part(ArrivalLaw& law, std::string_view key, std::string_view value) {
    if (key == "law") {
        const auto gaps = parse_gaps(value);
        if (!gaps) return std::unexpected(gaps.error());
        law.gaps = gaps->gaps;
        law.cv = gaps->cv;
        return {};
    }
    if (key != "on" && key != "off") return bad(key, "a burst has on, off and law");
    const auto length = parse_duration(value);
    if (!length) return std::unexpected(length.error());
    if (*length < std::chrono::microseconds(1)) return bad(value, "it is shorter than 1us");
    // Also as far as a double holds whole nanoseconds, by which lengths are read.
    if (*length > std::chrono::hours(24)) return bad(value, "it is longer than a day");
    (key == "on" ? law.on : law.off) = *length;
    return {};
}

Result<ArrivalLaw> parse_burst(std::string_view text) {
    ArrivalLaw law;
    std::string_view rest = text.substr(std::string_view("burst:").size());
    while (!rest.empty()) {
        const auto comma = rest.find(',');
        const std::string_view part = rest.substr(0, comma);
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        const auto equals = part.find('=');
        if (equals == std::string_view::npos)
            return bad(text, fmt::format("'{}' has no '='", part));
        const auto set = set_burst_part(law, part.substr(0, equals), part.substr(equals + 1));
        if (!set) return std::unexpected(set.error());
    }
    if (law.on == Duration::zero() || law.off == Duration::zero())
        return bad(text, "a burst needs both on and off");
    return law;
}

// So that parse_duration() reads the same again.
std::string exact(Duration length) {
    if (length.count() % 1'000'000'000 == 0)
        return fmt::format("{}s", length.count() / 1'000'000'000);
    if (length.count() % 1'000'000 == 0) return fmt::format("{}ms", length.count() / 1'000'000);
    if (length.count() % 1'000 == 0) return fmt::format("{}us", length.count() / 1'000);
    return fmt::format("{}ns", length.count());
}

std::string name_of_gaps(const ArrivalLaw& law) {
    switch (law.gaps) {
        case ArrivalLaw::Gaps::constant:
            return "constant";
        case ArrivalLaw::Gaps::poisson:
            return "poisson";
        case ArrivalLaw::Gaps::gamma:
            return fmt::format("gamma:{}", law.cv);
    }
    return "?";
}

}  // namespace

ArrivalLaw ArrivalLaw::gamma(double cv) {
    return {Gaps::gamma, cv};
}

std::string ArrivalLaw::to_string() const {
    if (!has_bursts()) return name_of_gaps(*this);
    const std::string law = gaps == Gaps::constant ? "" : ",law=" + name_of_gaps(*this);
    return fmt::format("burst:on={},off={}{}", exact(on), exact(off), law);
}

Result<ArrivalLaw> parse_arrival_law(std::string_view text) {
    return text.starts_with("burst:") ? parse_burst(text) : parse_gaps(text);
}

}  // namespace mettle::load
