#include "mettle/payload/value_law.hpp"

#include "mettle/base/law_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace mettle::payload {

namespace {

constexpr double kMostLetters = 1 << 20;
constexpr double kMostTokens = 4e9;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

template <typename T>
void put(std::byte* to, T value) {
    std::memcpy(to, &value, sizeof value);
}

template <typename T>
void put_whole(std::byte* to, double value) {
    // Of 64 bits the largest is no double; the next one down is.
    constexpr int kLost = std::numeric_limits<T>::digits - 53;
    constexpr T kMost =
        kLost > 0 ? std::numeric_limits<T>::max() - ((T{1} << (kLost > 0 ? kLost : 0)) - 1)
                  : std::numeric_limits<T>::max();
    value = std::clamp(std::round(value), static_cast<double>(std::numeric_limits<T>::min()),
                       static_cast<double>(kMost));
    put(to, static_cast<T>(value));
}

std::pair<double, double> range_of(DataType type) {
    switch (type) {
        case DataType::uint8:
            return {0, 255};
        case DataType::int8:
            return {-128, 127};
        case DataType::uint16:
            return {0, 65535};
        case DataType::int16:
            return {-32768, 32767};
        case DataType::uint32:
            return {0, 4294967295.0};
        case DataType::int32:
            return {-2147483648.0, 2147483647.0};
        case DataType::uint64:
            return {0, 9e15};
        case DataType::int64:
            return {-9e15, 9e15};
        default:
            return {0, 1};
    }
}

std::shared_ptr<const std::vector<double>> zipf_sums(std::size_t ranks, double exponent) {
    auto sums = std::make_shared<std::vector<double>>(ranks);
    double sum = 0;
    for (std::size_t rank = 0; rank < ranks; ++rank)
        (*sums)[rank] = sum += std::pow(static_cast<double>(rank + 1), -exponent);
    return sums;
}

Tensor one_hot(const TensorSpec& input, RandomStream& random) {
    Tensor tensor(input.type, input.shape);
    const std::size_t size = element_size(input.type);
    const std::size_t rank = input.shape.rank();
    const auto width = static_cast<std::size_t>(rank ? input.shape[rank - 1] : 1);
    const std::size_t count = tensor.data().size() / size;
    std::memset(tensor.data().data(), 0, tensor.data().size());
    for (std::size_t begin = 0; width > 0 && begin + width <= count; begin += width)
        put_number(tensor.data().data() + (begin + random.below(width)) * size, input.type, 1);
    return tensor;
}

Tensor letters(const TensorSpec& input, std::size_t length, RandomStream& random) {
    constexpr std::string_view kLetters = "etaoin shrdlu cmfwyp vbgkjqxz";
    std::vector<std::string> texts(
        static_cast<std::size_t>(input.shape.element_count().value_or(0)));
    for (std::string& text : texts) {
        text.resize(length);
        for (char& letter : text) letter = kLetters[random.below(kLetters.size())];
    }
    return pack_bytes(texts, input.shape);
}

}  // namespace

void put_number(std::byte* to, DataType type, double value) {
    switch (type) {
        case DataType::boolean:
            return put(to, static_cast<std::uint8_t>(value != 0));
        case DataType::uint8:
            return put_whole<std::uint8_t>(to, value);
        case DataType::int8:
            return put_whole<std::int8_t>(to, value);
        case DataType::uint16:
            return put_whole<std::uint16_t>(to, value);
        case DataType::int16:
            return put_whole<std::int16_t>(to, value);
        case DataType::uint32:
            return put_whole<std::uint32_t>(to, value);
        case DataType::int32:
            return put_whole<std::int32_t>(to, value);
        case DataType::uint64:
            return put_whole<std::uint64_t>(to, value);
        case DataType::int64:
            return put_whole<std::int64_t>(to, value);
        case DataType::fp16:
            return put(to, to_fp16(static_cast<float>(value)));
        case DataType::bf16:
            return put(to, to_bf16(static_cast<float>(value)));
        case DataType::fp32:
            return put(to, static_cast<float>(value));
        case DataType::fp64:
            return put(to, value);
        case DataType::bytes:
            return;
    }
}

Result<ValueLaw> ValueLaw::parse(std::string_view text) {
    const auto wrong = [text](std::string_view why) {
        return invalid(
            fmt::format("'{}' is no law of values: {}; write uniform(a,b), "
                        "normal(mean,deviation), zipf(n,s), onehot, tokens(vocabulary), "
                        "zeros, ones, constant(x), noise or text(length)",
                        text, why));
    };
    const auto parts = parse_law_text(text);
    if (!parts) return wrong(parts.error().message);
    struct Form {
        std::string_view name;
        Kind kind;
        std::vector<std::string> keys;
    };
    static const std::vector<Form> kForms = {{"uniform", Kind::uniform, {"from", "to"}},
                                             {"normal", Kind::normal, {"mean", "deviation"}},
                                             {"zipf", Kind::zipf, {"n", "s"}},
                                             {"onehot", Kind::onehot, {}},
                                             {"tokens", Kind::uniform, {"vocabulary"}},
                                             {"zeros", Kind::constant, {}},
                                             {"ones", Kind::constant, {}},
                                             {"constant", Kind::constant, {"value"}},
                                             {"noise", Kind::noise, {}},
                                             {"text", Kind::text, {"length"}}};
    const auto form = std::ranges::find(kForms, parts->name, &Form::name);
    if (form == kForms.end()) return wrong(fmt::format("there is no '{}'", parts->name));
    const auto numbers = law_numbers(*parts, form->keys);
    if (!numbers) return wrong(numbers.error().message);
    ValueLaw law;
    law.kind_ = form->kind;
    law.text_ = text;
    law.first_ = numbers->empty() ? (parts->name == "ones" ? 1 : 0) : (*numbers)[0];
    law.second_ = numbers->size() < 2 ? 0 : (*numbers)[1];
    if (parts->name == "tokens") {
        if (!(law.first_ >= 1 && law.first_ <= kMostTokens))
            return wrong("a vocabulary has from 1 to 4 billion tokens");
        law.whole_ = true;
        law.second_ = std::floor(law.first_) - 1;
        law.first_ = 0;
    } else if (law.kind_ == Kind::uniform && law.second_ < law.first_) {
        return wrong("it ends before it begins");
    } else if (law.kind_ == Kind::normal && law.second_ < 0) {
        return wrong("a deviation is not negative");
    } else if (law.kind_ == Kind::text && !(law.first_ >= 0 && law.first_ <= kMostLetters)) {
        return wrong("a length is from 0 to 1048576");
    } else if (law.kind_ == Kind::zipf) {
        if (!(law.first_ >= 1 && law.first_ <= kMostRanks) || !(law.second_ >= 0))
            return wrong("n is from 1 to 1000000, and s not negative");
        law.sums_ = zipf_sums(static_cast<std::size_t>(law.first_), law.second_);
    }
    return law;
}

std::optional<std::string> ValueLaw::misfit(const TensorSpec& input) const {
    const bool is_text = input.type == DataType::bytes;
    if (is_text != (kind_ == Kind::text))
        return fmt::format("{} is for {}, and the input {} is not", text_,
                           is_text ? "numbers" : "BYTES", input.to_string());
    const auto [least, most] = range_of(input.type);
    const bool bounded = is_integer(input.type) && kind_ == Kind::uniform;
    if (bounded && (first_ < least || second_ > most))
        return fmt::format("{} goes beyond what the input {} can hold", text_, input.to_string());
    if (bounded && std::floor(second_) < std::ceil(first_))
        return fmt::format("{} holds no whole number for the input {}", text_, input.to_string());
    return {};
}

double ValueLaw::next(RandomStream& random, DataType type) const {
    switch (kind_) {
        case Kind::uniform: {
            if (!whole_ && !is_integer(type)) return first_ + random.unit() * (second_ - first_);
            const double least = std::ceil(first_);
            return least + std::floor(random.unit() * (std::floor(second_) - least + 1));
        }
        case Kind::normal:
            return first_ + second_ * random.normal();
        case Kind::zipf: {
            const auto found = std::ranges::upper_bound(*sums_, random.unit() * sums_->back());
            const auto rank = static_cast<std::size_t>(found - sums_->begin());
            return static_cast<double>(std::min(rank, sums_->size() - 1));
        }
        case Kind::noise: {
            const auto [least, most] = is_floating(type) ? std::pair{-1.0, 1.0} : range_of(type);
            return least + random.unit() * (most - least);
        }
        default:
            return first_;
    }
}

Tensor ValueLaw::make(const TensorSpec& input, std::uint64_t seed) const {
    RandomStream random(seed);
    if (kind_ == Kind::text) return letters(input, static_cast<std::size_t>(first_), random);
    if (kind_ == Kind::onehot) return one_hot(input, random);
    Tensor tensor(input.type, input.shape);
    const std::size_t size = element_size(input.type);
    for (std::size_t at = 0; at < tensor.data().size(); at += size)
        put_number(tensor.data().data() + at, input.type, next(random, input.type));
    return tensor;
}

}  // namespace mettle::payload
