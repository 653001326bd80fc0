#include "mettle/payload/size_law.hpp"

#include "mettle/base/units.hpp"
#include "mettle/payload/data_file.hpp"
#include "mettle/base/law_text.hpp"
#include "mettle/base/random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace mettle::payload {

namespace {

constexpr std::size_t kMostTraceBytes = std::size_t{64} << 20;
constexpr double kNormalP99 = 2.3263478740408408;  // Deviations to the 99th percentile.

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

Result<std::int64_t> whole(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return invalid(fmt::format("'{}' is no size", text));
    if (value > SizeLaw::kMost || value < 0)
        return invalid(fmt::format("'{}' is not between 0 and {}", text, SizeLaw::kMost));
    return value;
}

}  // namespace

SizeLaw SizeLaw::fixed(std::int64_t size) {
    SizeLaw law;
    law.first_ = static_cast<double>(size);
    law.text_ = std::to_string(size);
    return law;
}

Result<void> SizeLaw::take_choices(
    const std::vector<std::pair<std::string, std::string>>& arguments) {
    double sum = 0;
    for (const auto& [key, text] : arguments) {
        const auto star = text.find('*');
        const auto size = whole(std::string_view(text).substr(0, star));
        const auto weight = star == std::string::npos
                                ? Result<double>(1)
                                : parse_number(std::string_view(text).substr(star + 1));
        if (!key.empty() || !size || !weight || !(*weight >= 0))
            return invalid(fmt::format("'{}' is no choice; write choice(1*8,8*2)", text));
        sizes_.push_back(*size);
        weights_.push_back(sum += *weight);
    }
    if (!(sum > 0)) return invalid("none of its choices has a weight");
    return {};
}

Result<void> SizeLaw::take_trace(const std::string& path, const ReadFile& read_file) {
    const auto text = read_file ? read_file(path) : read_whole_file(path, kMostTraceBytes);
    if (!text) return std::unexpected(text.error());
    std::size_t line = 0;
    for (std::size_t at = 0; at < text->size();) {
        const std::size_t end = std::min(text->find('\n', at), text->size());
        std::string_view number(*text);
        number = number.substr(at, end - at);
        at = end + 1;
        ++line;
        while (number.ends_with('\r') || number.ends_with(' ')) number.remove_suffix(1);
        if (number.empty()) continue;
        const auto size = whole(number);
        if (!size) return invalid(fmt::format("{}:{}: {}", path, line, size.error().message));
        sizes_.push_back(*size);
    }
    if (sizes_.empty()) return invalid(fmt::format("{} is empty", path));
    return {};
}

Result<SizeLaw> SizeLaw::parse_law(std::string_view text, const ReadFile& read_file) {
    if (const auto dots = text.find(".."); dots != std::string_view::npos && !text.contains('(')) {
        const auto least = whole(text.substr(0, dots)), most = whole(text.substr(dots + 2));
        if (!least || !most) return std::unexpected((least ? most : least).error());
        if (*least > *most) return invalid("it ends before it begins");
        SizeLaw law = fixed(*least);
        law.second_ = static_cast<double>(*most);
        law.kind_ = Kind::uniform;
        return law;
    }
    if (!text.contains('(')) {
        const auto size = whole(text);
        if (!size) return std::unexpected(size.error());
        return fixed(*size);
    }
    const auto parts = parse_law_text(text);
    if (!parts) return std::unexpected(parts.error());
    SizeLaw law;
    if (parts->name == "choice") {
        law.kind_ = Kind::choice;
        if (auto taken = law.take_choices(parts->arguments); !taken)
            return std::unexpected(taken.error());
        return law;
    }
    if (parts->name == "trace") {
        law.kind_ = Kind::trace;
        if (parts->arguments.size() != 1) return invalid("write trace(FILE)");
        if (auto taken = law.take_trace(parts->arguments[0].second, read_file); !taken)
            return std::unexpected(taken.error());
        return law;
    }
    const bool lognormal = parts->name == "lognormal";
    if (!lognormal && parts->name != "normal")
        return invalid(fmt::format("there is no law '{}'", parts->name));
    const auto numbers =
        law_numbers(*parts, lognormal ? std::vector<std::string>{"p50", "p99"}
                                      : std::vector<std::string>{"mean", "deviation"});
    if (!numbers) return std::unexpected(numbers.error());
    law.kind_ = lognormal ? Kind::lognormal : Kind::normal;
    law.first_ = (*numbers)[0];
    law.second_ = (*numbers)[1];
    if (!(law.first_ > 0) || !(law.second_ >= (lognormal ? law.first_ : 0)) ||
        law.first_ > static_cast<double>(kMost) || law.second_ > static_cast<double>(kMost))
        return invalid(lognormal ? "it needs 0 < p50 <= p99" : "its mean must be above 0");
    return law;
}

Result<SizeLaw> SizeLaw::parse(std::string_view text, std::int64_t least,
                               const ReadFile& read_file) {
    auto law = parse_law(text, read_file);
    const auto wrong = [text](std::string_view why) {
        return invalid(
            fmt::format("'{}' is no size: {}; write 8, 1..512, choice(1*8,8*2), "
                        "lognormal(p50=64,p99=512), normal(64,16) or trace(FILE)",
                        text, why));
    };
    if (!law) return wrong(law.error().message);
    const bool listed = law->kind_ == Kind::choice || law->kind_ == Kind::trace;
    const bool too_small =
        listed ? std::ranges::min(law->sizes_) < least
               : law->kind_ <= Kind::uniform && law->first_ < static_cast<double>(least);
    if (too_small) return wrong(fmt::format("the least is {}", least));
    law->least_ = least;
    law->text_ = text;
    return law;
}

std::int64_t SizeLaw::at(std::uint64_t seed, std::uint64_t index) const {
    if (kind_ == Kind::fixed) return static_cast<std::int64_t>(first_);
    if (kind_ == Kind::trace) return sizes_[index % sizes_.size()];
    RandomStream random(mix(seed ^ hash_of(text_)) ^ index);
    if (kind_ == Kind::uniform)
        return static_cast<std::int64_t>(first_ +
                                         std::floor(random.unit() * (second_ - first_ + 1)));
    if (kind_ == Kind::choice) {
        const auto found = std::ranges::upper_bound(weights_, random.unit() * weights_.back());
        return sizes_[std::min<std::size_t>(static_cast<std::size_t>(found - weights_.begin()),
                                            sizes_.size() - 1)];
    }
    const double value =
        kind_ == Kind::normal
            ? first_ + second_ * random.normal()
            : first_ * std::exp(random.normal() * std::log(second_ / first_) / kNormalP99);
    return static_cast<std::int64_t>(
        std::llround(std::clamp(value, static_cast<double>(std::max<std::int64_t>(least_, 0)),
                                static_cast<double>(kMost))));
}

std::int64_t SizeLaw::most() const {
    switch (kind_) {
        case Kind::fixed:
            return static_cast<std::int64_t>(first_);
        case Kind::uniform:
            return static_cast<std::int64_t>(second_);
        case Kind::choice:
        case Kind::trace:
            return std::ranges::max(sizes_);
        default:
            return kMost;
    }
}

}  // namespace mettle::payload
