#include "mettle/scenario/value.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace mettle::scenario {

namespace {

bool read_number(std::string_view text, double& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() && std::isfinite(number);
}

void append_number(std::string& out, const Value& value) {
    if (!value.text.empty()) {
        out += value.text;
        return;
    }
    std::array<char, 40> digits;
    constexpr double kWhole = 9007199254740992.0;  // 2^53
    const bool whole = std::abs(value.number) < kWhole && value.number == std::trunc(value.number);
    const auto end =
        whole ? std::to_chars(digits.data(), digits.data() + digits.size(),
                              static_cast<std::int64_t>(value.number))
                    .ptr
              : std::to_chars(digits.data(), digits.data() + digits.size(), value.number).ptr;
    out.append(digits.data(), end);
}

}  // namespace

Value Value::of_digits(std::string_view digits) {
    double number = 0;
    if (!read_number(digits, number)) return of(digits);
    return {Kind::number, number, digits};
}

bool Value::is_true() const {
    switch (kind) {
        case Kind::none:
            return false;
        case Kind::truth:
        case Kind::number:
            return number != 0;
        case Kind::text:
            return !text.empty();
    }
    return false;
}

void Value::append_to(std::string& out) const {
    switch (kind) {
        case Kind::none:
            return;
        case Kind::truth:
            out += number != 0 ? "true" : "false";
            return;
        case Kind::number:
            append_number(out, *this);
            return;
        case Kind::text:
            out += text;
            return;
    }
}

void Value::append_json_to(std::string& out) const {
    if (kind == Kind::none)
        out += "null";
    else if (kind == Kind::text)
        append_json_text(out, text);
    else if (kind == Kind::number && !std::isfinite(number))
        out += "null";
    else
        append_to(out);
}

bool as_number(const Value& value, double& number) {
    if (value.kind == Value::Kind::number) {
        number = value.number;
        return true;
    }
    return value.kind == Value::Kind::text && read_number(value.text, number);
}

bool equal(const Value& left, const Value& right) {
    using Kind = Value::Kind;
    if (left.kind == Kind::number || right.kind == Kind::number) {
        // Whole numbers beyond 2^53 are told apart by their digits.
        if (left.kind == right.kind && !left.text.empty() && left.text == right.text) return true;
        double a = 0, b = 0;
        if (!as_number(left, a) || !as_number(right, b) || a != b) return false;
        constexpr double kExact = 9007199254740992.0;
        return std::abs(a) < kExact || left.text.empty() || right.text.empty() ||
               left.text == right.text;
    }
    if (left.kind != right.kind) return false;
    if (left.kind == Kind::text) return left.text == right.text;
    return left.kind == Kind::none || left.number == right.number;
}

bool less(const Value& left, const Value& right) {
    if (left.kind == Value::Kind::text && right.kind == Value::Kind::text)
        return left.text < right.text;
    double a = 0, b = 0;
    return as_number(left, a) && as_number(right, b) && a < b;
}

void append_json_text(std::string& out, std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    out += '"';
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            out += '\\';
            out += character;
        } else if (character == '\n') {
            out += "\\n";
        } else if (byte < ' ') {
            out += "\\u00";
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        } else {
            out += character;
        }
    }
    out += '"';
}

}  // namespace mettle::scenario
