#include "mettle/serving/wire/number_scanner.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

namespace mettle::wire {

namespace {

constexpr std::array<double, 23> kPowersOfTen = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::array<std::pair<std::string_view, double>, 3> kNonFinite = {
    {{"NaN", std::numeric_limits<double>::quiet_NaN()},
     {"Infinity", std::numeric_limits<double>::infinity()},
     {"-Infinity", -std::numeric_limits<double>::infinity()}}};
constexpr std::int64_t kLargestPower = 1000;  // Beyond it libraries differ on 0e9999.
constexpr std::uint64_t kExactIntegers = std::uint64_t{1} << 53;

bool is_digit(char character) {
    return static_cast<unsigned char>(character - '0') < 10;
}
bool is_space(char character) {
    return character <= ' ' &&
           (character == ' ' || character == '\n' || character == '\r' || character == '\t');
}

constexpr int kMostExponentDigits = 9;

// The parts of a JSON number: value = ±digits · 10^exponent, where at most 19 digits count.
struct Decimal {
    std::uint64_t digits;
    std::int64_t exponent;
    std::int64_t digit_count;
    bool negative;
    bool whole;  // No point and no exponent.
};

// Reads the digits at `at`; the text ends in ']', so none of these loops runs past it.
inline const char* read_digits(const char* at, std::uint64_t& digits) {
    while (is_digit(*at)) digits = digits * 10 + static_cast<unsigned>(*at++ - '0');
    return at;
}

const char* read_exponent(const char* at, Decimal& out) {
    const bool minus = *at == '-';
    if (*at == '-' || *at == '+') ++at;
    if (!is_digit(*at)) return nullptr;
    std::int64_t power = 0;
    // Zeros in front as well, beyond what the general parser takes, are not for this one.
    const char* const last = at + kMostExponentDigits;
    while (is_digit(*at) && power < kLargestPower && at < last) power = power * 10 + (*at++ - '0');
    if (is_digit(*at)) return nullptr;
    out.exponent += minus ? -power : power;
    out.whole = false;
    return at;
}

// Reads the grammar of RFC 8259: no leading zeros, digits on both sides of a point. Returns the
// place behind the number, or null when there is none.
inline const char* read_decimal(const char* at, Decimal& out) {
    out.negative = *at == '-';
    at += out.negative;
    const char* const first = at;
    out.digits = 0;
    at = read_digits(at, out.digits);
    out.digit_count = at - first;
    if (out.digit_count == 0 || (out.digit_count > 1 && *first == '0')) return nullptr;
    out.exponent = 0;
    out.whole = *at != '.';
    if (!out.whole) {
        const char* const point = at;
        at = read_digits(at + 1, out.digits);
        out.exponent = point + 1 - at;
        out.digit_count -= out.exponent;
        if (out.exponent == 0) return nullptr;
    }
    return (*at | 0x20) == 'e' ? read_exponent(at + 1, out) : at;
}

// Clinger's fast path: an integer below 2^53 times or over a power of ten that a double holds
// exactly is rounded once, so it is the nearest double. The rest goes to the library.
template <std::floating_point T>
inline bool convert(const char* begin, const char* end, const Decimal& decimal, T& out) {
    const auto power = static_cast<std::uint64_t>(std::abs(decimal.exponent));
    double value = 0;
    if (decimal.digit_count <= 19 && decimal.digits <= kExactIntegers &&
        power < kPowersOfTen.size()) {
        value = static_cast<double>(decimal.digits);
        value = decimal.exponent < 0 ? value / kPowersOfTen[power] : value * kPowersOfTen[power];
        if (decimal.negative) value = -value;
    } else if (std::from_chars(begin, end, value).ec != std::errc{}) {
        return false;
    }
    out = static_cast<T>(value);
    return std::isfinite(out);
}

template <std::integral T>
inline bool convert(const char* begin, const char* end, const Decimal& decimal, T& out) {
    if (!decimal.whole || (decimal.negative && std::unsigned_integral<T>)) return false;
    return std::from_chars(begin, end, out).ec == std::errc{};
}

// Between its brackets a level of the array is read without looking for the end of the text: the
// text ends in ']', where everything stops.
template <typename T>
class Scanner {
public:
    // REQUIRES: text ends in ']'.
    Scanner(std::string_view text, const Shape& shape, std::span<std::byte> memory, NumberForm form)
        : at_(text.data()),
          end_(at_ + text.size()),
          shape_(shape),
          to_(memory.data()),
          memory_end_(to_ + memory.size()),
          form_(form) {}

    bool scan() {
        if (!take('[')) return false;
        skip_space();
        const bool nested = shape_.rank() > 1 && *at_ == '[';
        const auto count = (memory_end_ - to_) / static_cast<std::ptrdiff_t>(sizeof(T));
        const bool done = nested ? arrays(0) : numbers(count);
        return done && at_ == end_ && to_ == memory_end_;
    }

private:
    void skip_space() {
        while (is_space(*at_)) ++at_;
    }
    bool take(char wanted) {
        if (at_ == end_) return false;
        skip_space();
        if (*at_ != wanted) return false;
        ++at_;
        return true;
    }

    // Behind the '[' of a level that holds arrays.
    bool arrays(std::size_t axis) {
        const bool innermost = axis + 2 == shape_.rank();
        for (std::int64_t index = 0; index < shape_[axis]; ++index) {
            if (index > 0 && !take(',')) return false;
            if (!take('[')) return false;
            if (!(innermost ? numbers(shape_[axis + 1]) : arrays(axis + 1))) return false;
        }
        return take(']');
    }

    // Behind the '[' of a level that holds `count` numbers.
    bool numbers(std::int64_t count) {
        if (count > (memory_end_ - to_) / static_cast<std::ptrdiff_t>(sizeof(T))) return false;
        for (std::int64_t index = 0; index < count; ++index) {
            if (index > 0) {
                skip_space();
                if (*at_++ != ',') return false;
            }
            skip_space();
            Decimal decimal;
            const char* behind = read_decimal(at_, decimal);
            T value{};
            if (!behind) [[unlikely]] {
                T special;  // Not `value`, which would have to live in memory for its address.
                behind = non_finite(special);
                if (!behind) return false;
                value = special;
            } else if (!convert(at_, behind, decimal, value)) {
                return false;
            }
            std::memcpy(to_, &value, sizeof(T));
            to_ += sizeof(T);
            at_ = behind;
        }
        skip_space();
        return *at_++ == ']';
    }

    // The place behind the token, or null where there is none or none is taken. Seldom: kept out of
    // the loop over numbers, whose registers it would take.
    [[gnu::noinline]] const char* non_finite(T& value) const {
        if constexpr (std::floating_point<T>) {
            const std::string_view rest(at_, end_);
            if (!form_.non_finite) return nullptr;
            for (const auto& [token, meant] : kNonFinite) {
                if (!rest.starts_with(token)) continue;
                value = static_cast<T>(meant);
                return at_ + token.size();
            }
        }
        return nullptr;
    }

    const char* at_;
    const char* end_;
    const Shape& shape_;
    std::byte* to_;
    std::byte* memory_end_;
    NumberForm form_;
};

template <typename T>
bool scan_as(std::string_view text, const Shape& shape, std::span<std::byte> memory,
             NumberForm form) {
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    if (!text.ends_with(']')) return false;
    return Scanner<T>(text, shape, memory, form).scan();
}

}  // namespace

bool scan_numbers(std::string_view text, DataType type, const Shape& shape,
                  std::span<std::byte> memory, NumberForm form) {
    switch (type) {
        case DataType::fp32:
            return scan_as<float>(text, shape, memory, form);
        case DataType::fp64:
            return scan_as<double>(text, shape, memory, form);
        case DataType::int8:
            return scan_as<std::int8_t>(text, shape, memory, form);
        case DataType::int16:
            return scan_as<std::int16_t>(text, shape, memory, form);
        case DataType::int32:
            return scan_as<std::int32_t>(text, shape, memory, form);
        case DataType::int64:
            return scan_as<std::int64_t>(text, shape, memory, form);
        case DataType::uint8:
            return scan_as<std::uint8_t>(text, shape, memory, form);
        case DataType::uint16:
            return scan_as<std::uint16_t>(text, shape, memory, form);
        case DataType::uint32:
            return scan_as<std::uint32_t>(text, shape, memory, form);
        case DataType::uint64:
            return scan_as<std::uint64_t>(text, shape, memory, form);
        default:
            return false;
    }
}

}  // namespace mettle::wire
