#include "mettle/inference/simulated_time.hpp"

#include "mettle/base/law_text.hpp"
#include "mettle/base/random.hpp"
#include "mettle/base/similar.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace mettle {

namespace {

constexpr double kZ99 = 2.3263478740408408;  // 99 % of a normal law lie below this.
constexpr double kMillisecond = 1e6;
constexpr std::size_t kMostSteps = 1'000'000;
constexpr double kLongestNs = 3600e9;

std::unexpected<Error> wrong(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// ---- Files of times

// "8ms" or milliseconds, in nanoseconds.
std::optional<double> time_of(std::string_view text) {
    double ns = -1;
    if (const auto number = parse_number(text)) {
        ns = *number * kMillisecond;
    } else if (const auto duration = parse_duration(text)) {
        ns = static_cast<double>(duration->count());
    }
    if (!(ns >= 0 && ns <= kLongestNs)) return std::nullopt;
    return ns;
}

// A line without its comment; moves `rest` behind it.
std::string_view next_line(std::string_view& rest) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return trim(line.substr(0, line.find('#')));
}

std::vector<std::string_view> words_of(std::string_view line, std::string_view separators) {
    std::vector<std::string_view> words;
    while (true) {
        const auto begin = line.find_first_not_of(separators);
        if (begin == std::string_view::npos) return words;
        const auto end = std::min(line.find_first_of(separators, begin), line.size());
        words.push_back(line.substr(begin, end - begin));
        line.remove_prefix(end);
    }
}

struct Counted {
    double ns, count;
};

// "Value  Percentile  TotalCount  1/(1-Percentile)": the third column counts from the beginning.
Result<Counted> hgrm_line(std::string_view line, double so_far) {
    const auto words = words_of(line, " \t");
    const auto ns = words.size() >= 3 ? time_of(words[0]) : std::nullopt;
    const auto total = words.size() >= 3 ? parse_number(words[2]) : wrong("");
    if (!ns || !total || *total < so_far)
        return wrong("expected a value, its percentile and an ascending count");
    return Counted{*ns, *total - so_far};
}

Result<Counted> plain_line(std::string_view line) {
    const auto words = words_of(line, ", ;\t");
    const auto ns = words.empty() ? std::nullopt : time_of(words[0]);
    if (!ns || words.size() > 2) return wrong("expected a time like 8ms, of an hour at most");
    if (words.size() == 1) return Counted{*ns, 1};
    const auto count = parse_number(words[1]);
    if (!count || !(*count >= 0 && *count <= 1e15))
        return wrong(fmt::format("'{}' is no count", words[1]));
    return Counted{*ns, *count};
}

std::vector<std::pair<double, double>> steps_of(std::vector<Counted> times, double total) {
    std::ranges::sort(times, {}, &Counted::ns);
    std::vector<std::pair<double, double>> steps;
    double sum = 0;
    for (const Counted& time : times) {
        sum += time.count;
        steps.emplace_back(sum / total, time.ns);
    }
    steps.back().first = 1;
    return steps;
}

// ---- Draws

// Marsaglia and Tsang, "A simple method for generating gamma variables" (2000): mean `shape`.
double gamma(RandomStream& random, double shape) {
    if (shape < 1) {
        const double lifted = gamma(random, shape + 1);
        return lifted * std::pow(1 - random.unit(), 1 / shape);
    }
    const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
    while (true) {
        const double x = random.normal();
        const double v = std::pow(1 + c * x, 3);
        if (v <= 0) continue;
        if (std::log(1 - random.unit()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
    }
}

Duration to_duration(double ns) {
    return Duration(std::llround(std::clamp(ns, 0.0, kLongestNs)));
}

}  // namespace

Result<std::vector<std::pair<double, double>>> times_from_text(std::string_view text) {
    std::vector<Counted> times;
    double total = 0;
    bool hgrm = false;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::string_view line = next_line(text);
        if (line.empty()) continue;
        if (times.empty() && line.starts_with("Value")) {
            hgrm = true;
            continue;
        }
        const auto counted = hgrm ? hgrm_line(line, total) : plain_line(line);
        if (!counted) return wrong(fmt::format("line {}: {}", number, counted.error().message));
        if (counted->count <= 0) continue;
        if (times.size() == kMostSteps)
            return wrong(fmt::format("it has more than {} times", kMostSteps));
        times.push_back(*counted);
        total += counted->count;
    }
    if (times.empty()) return wrong("it holds no times");
    return steps_of(std::move(times), total);
}

struct TimeLaw::Form {
    std::string name;
    Kind kind;
    std::vector<std::string> keys;  // `share` and `cv` are numbers, the others times.
};

const std::vector<TimeLaw::Form>& TimeLaw::forms() {
    static const std::vector<Form> kForms = {
        {"constant", Kind::constant, {"time"}},
        {"uniform", Kind::uniform, {"from", "to"}},
        {"lognormal", Kind::lognormal, {"p50", "p99"}},
        {"gamma", Kind::gamma, {"mean", "cv"}},
        {"bimodal", Kind::bimodal, {"fast", "slow", "share"}},
        {"file", Kind::measured, {"path"}},
    };
    return kForms;
}

Result<void> TimeLaw::check() const {
    if (kind_ == Kind::uniform && second_ < first_) return wrong("it ends before it begins");
    if (kind_ == Kind::lognormal && !(first_ > 0 && second_ >= first_))
        return wrong("p50 must be above 0, and p99 at least p50");
    if (kind_ == Kind::gamma && !(second_ >= 0.01 && second_ <= 20))
        return wrong("cv must be from 0.01 to 20");
    return {};
}

Result<TimeLaw> TimeLaw::parse(std::string_view text, const ReadFile& read_file) {
    const auto parts = parse_law_text(text);
    if (!parts) return std::unexpected(parts.error());
    const auto form = std::ranges::find(forms(), parts->name, &Form::name);
    if (form == forms().end()) {
        std::vector<std::string> names;
        for (const Form& known : forms()) names.push_back(known.name);
        const std::string similar = most_similar(parts->name, names);
        return wrong(fmt::format("there is no law '{}'{}; there are {}", parts->name,
                                 similar.empty() ? "" : ": did you mean '" + similar + "'?",
                                 fmt::join(names, ", ")));
    }
    const std::string shown = fmt::format("{}({})", form->name, fmt::join(form->keys, ","));
    if (parts->arguments.size() != form->keys.size())
        return wrong(fmt::format("{} takes {} value{}, not {}", shown, form->keys.size(),
                                 form->keys.size() == 1 ? "" : "s", parts->arguments.size()));
    TimeLaw law;
    law.kind_ = form->kind;
    const std::array<double*, 3> places{&law.first_, &law.second_, &law.third_};
    std::array<bool, 3> seen{};
    for (std::size_t index = 0; index < parts->arguments.size(); ++index) {
        const auto& [key, value] = parts->arguments[index];
        std::size_t at = index;
        if (!key.empty()) {
            const auto found = std::ranges::find(form->keys, key);
            if (found == form->keys.end()) return wrong(fmt::format("{} has no '{}'", shown, key));
            at = static_cast<std::size_t>(found - form->keys.begin());
        }
        const std::string& name = form->keys[at];
        if (seen[at]) return wrong(fmt::format("{} has '{}' twice", shown, name));
        seen[at] = true;
        if (name == "path") {
            const auto content = read_file(value);
            if (!content) return std::unexpected(content.error());
            auto steps = times_from_text(*content);
            if (!steps) return wrong(fmt::format("{}: {}", value, steps.error().message));
            law.measured_ =
                std::make_shared<const std::vector<std::pair<double, double>>>(*std::move(steps));
        } else if (name == "share" || name == "cv") {
            const auto number = name == "share" ? parse_share(value) : parse_number(value);
            if (!number) return std::unexpected(number.error());
            *places[at] = *number;
        } else {
            const auto time = parse_duration(value);
            if (!time) return std::unexpected(time.error());
            if (*time > kLongest) return wrong(fmt::format("{} is longer than an hour", value));
            *places[at] = static_cast<double>(time->count());
        }
    }
    if (const auto sound = law.check(); !sound)
        return wrong(fmt::format("{}: {}", shown, sound.error().message));
    return law;
}

double TimeLaw::at(double share) const {
    const auto step =
        std::ranges::lower_bound(*measured_, share, {}, &std::pair<double, double>::first);
    return step == measured_->end() ? measured_->back().second : step->second;
}

Duration TimeLaw::draw(std::uint64_t seed, std::uint64_t number) const {
    RandomStream random(mix(seed) ^ number);
    switch (kind_) {
        case Kind::constant:
            return to_duration(first_);
        case Kind::uniform:
            return to_duration(first_ + (second_ - first_) * random.unit());
        case Kind::lognormal:
            return to_duration(first_ *
                               std::exp(std::log(second_ / first_) / kZ99 * random.normal()));
        case Kind::gamma: {
            const double shape = 1 / (second_ * second_);
            return to_duration(first_ / shape * gamma(random, shape));
        }
        case Kind::bimodal:
            return to_duration(random.unit() < third_ ? second_ : first_);
        case Kind::measured:
            return to_duration(at(1 - random.unit()));
    }
    return {};
}

Duration TimeLaw::median() const {
    switch (kind_) {
        case Kind::uniform:
            return to_duration((first_ + second_) / 2);
        case Kind::gamma:  // Wilson and Hilferty's approximation.
            return to_duration(first_ * std::pow(std::max(0.0, 1 - second_ * second_ / 9), 3));
        case Kind::bimodal:
            return to_duration(third_ > 0.5 ? second_ : first_);
        case Kind::measured:
            return to_duration(at(0.5));
        case Kind::constant:
        case Kind::lognormal:
            return to_duration(first_);
    }
    return {};
}

}  // namespace mettle
