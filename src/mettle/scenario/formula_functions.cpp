#include "mettle/scenario/formula_functions.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace mettle::scenario {

namespace {

using Arguments = std::span<const Value>;
using Type = FormulaType;

constexpr std::string_view kAlphanumeric =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

double number_or_zero(const Value& value) {
    double number = 0;
    as_number(value, number);
    return number;
}

std::string_view text_of(const Value& value, Surroundings& in) {
    if (value.kind == Value::Kind::text) return value.text;
    std::string& text = in.scratch();
    value.append_to(text);
    return text;
}

Value random_int(Arguments arguments, Surroundings& in) {
    const double low = std::ceil(number_or_zero(arguments[0]));
    const double high = std::floor(number_or_zero(arguments[1]));
    if (!(high > low)) return Value::of(low);
    return Value::of(low + std::floor(in.random().uniform() * (high - low + 1)));
}

Value random_uniform(Arguments arguments, Surroundings& in) {
    const double low = number_or_zero(arguments[0]), high = number_or_zero(arguments[1]);
    return Value::of(low + in.random().uniform() * (high - low));
}

Value random_choice(Arguments arguments, Surroundings& in) {
    return arguments[in.random().next() % arguments.size()];
}

Value random_text(Arguments arguments, Surroundings& in) {
    const double length = std::clamp(number_or_zero(arguments[0]), 0.0, 1e6);
    std::string& text = in.scratch();
    for (int left = static_cast<int>(length); left > 0; --left)
        text += kAlphanumeric[in.random().next() % kAlphanumeric.size()];
    return Value::of(std::string_view(text));
}

// Version 4: random but for six bits.
Value uuid(Arguments, Surroundings& in) {
    const std::uint64_t high = (in.random().next() & ~UINT64_C(0xf000)) | 0x4000;
    const std::uint64_t low = (in.random().next() & ~(UINT64_C(3) << 62)) | (UINT64_C(1) << 63);
    std::string& text = in.scratch();
    fmt::format_to(std::back_inserter(text), "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32,
                   (high >> 16) & 0xffff, high & 0xffff, low >> 48, low & 0xffffffffffff);
    return Value::of(std::string_view(text));
}

std::int64_t now_in_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

Value now(Arguments, Surroundings&) {
    return Value::of(std::floor(static_cast<double>(now_in_ms()) / 1000));
}

Value now_ms(Arguments, Surroundings&) {
    return Value::of(static_cast<double>(now_in_ms()));
}

Value utc(Arguments, Surroundings& in) {
    std::string& text = in.scratch();
    fmt::format_to(std::back_inserter(text), "{:%Y-%m-%dT%H:%M:%SZ}",
                   fmt::gmtime(std::time(nullptr)));
    return Value::of(std::string_view(text));
}

Value counter(Arguments, Surroundings& in) {
    return Value::of(static_cast<double>(in.counter()));
}

Value to_text(Arguments arguments, Surroundings& in) {
    if (arguments[0].is_none()) return {};
    return Value::of(text_of(arguments[0], in));
}

Value to_number(Arguments arguments, Surroundings&) {
    if (arguments[0].kind == Value::Kind::truth) return Value::of(arguments[0].number);
    if (arguments[0].kind == Value::Kind::number) return arguments[0];
    double number = 0;
    return as_number(arguments[0], number) ? Value::of(number) : Value{};
}

Value whole(Arguments arguments, Surroundings&) {
    double number = 0;
    return as_number(arguments[0], number) ? Value::of(std::trunc(number)) : Value{};
}

Value length(Arguments arguments, Surroundings& in) {
    return Value::of(static_cast<double>(text_of(arguments[0], in).size()));
}

template <int (*Change)(int)>
Value changed(Arguments arguments, Surroundings& in) {
    const std::string_view from = text_of(arguments[0], in);
    std::string& text = in.scratch();
    for (const char character : from)
        text += static_cast<unsigned char>(character) < 0x80 ? static_cast<char>(Change(character))
                                                             : character;
    return Value::of(std::string_view(text));
}

Value base64(Arguments arguments, Surroundings& in) {
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::string_view from = text_of(arguments[0], in);
    std::string& text = in.scratch();
    for (std::size_t at = 0; at < from.size(); at += 3) {
        const auto byte = [&](std::size_t offset) -> std::uint32_t {
            return at + offset < from.size() ? static_cast<unsigned char>(from[at + offset]) : 0;
        };
        const std::uint32_t bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        text += kDigits[bits >> 18];
        text += kDigits[(bits >> 12) & 63];
        text += at + 1 < from.size() ? kDigits[(bits >> 6) & 63] : '=';
        text += at + 2 < from.size() ? kDigits[bits & 63] : '=';
    }
    return Value::of(std::string_view(text));
}

Value or_else(Arguments arguments, Surroundings&) {
    return arguments[0].is_none() ? arguments[1] : arguments[0];
}

constexpr auto kFunctions = std::to_array<FormulaFunction>({
    {"random.int", 2, 2, Type::number, false, random_int},
    {"random.uniform", 2, 2, Type::number, false, random_uniform},
    {"random.choice", 1, kMostArguments, Type::any, false, random_choice},
    {"random.text", 1, 1, Type::text, false, random_text},
    {"uuid", 0, 0, Type::text, false, uuid},
    {"now", 0, 0, Type::number, false, now},
    {"now_ms", 0, 0, Type::number, false, now_ms},
    {"utc", 0, 0, Type::text, false, utc},
    {"counter", 0, 0, Type::number, false, counter},
    {"text", 1, 1, Type::text, true, to_text},
    {"number", 1, 1, Type::number, true, to_number},
    {"whole", 1, 1, Type::number, true, whole},
    {"length", 1, 1, Type::number, true, length},
    {"lower", 1, 1, Type::text, true, changed<std::tolower>},
    {"upper", 1, 1, Type::text, true, changed<std::toupper>},
    {"base64", 1, 1, Type::text, true, base64},
    {"or_else", 2, 2, Type::any, true, or_else},
});

}  // namespace

std::span<const FormulaFunction> formula_functions() {
    return kFunctions;
}

}  // namespace mettle::scenario
