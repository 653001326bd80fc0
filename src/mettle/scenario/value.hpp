#pragma once

// What variables and expressions of a scenario are at run time: nothing, true or false, a number or
// a text.

#include <cstdint>
#include <string>
#include <string_view>

namespace mettle::scenario {

// A view: its text lives elsewhere.
struct Value {
    enum class Kind : std::uint8_t { none, truth, number, text };

    static Value of(bool truth) { return {Kind::truth, truth ? 1.0 : 0.0, {}}; }
    static Value of(double number) { return {Kind::number, number, {}}; }
    static Value of(std::string_view text) { return {Kind::text, 0, text}; }
    static Value of(const char*) = delete;  // It would be a truth.
    // A number that was written so: its digits may be more than a double holds.
    static Value of_digits(std::string_view digits);

    bool is_none() const { return kind == Kind::none; }
    // Neither nothing, false, 0 nor the empty text.
    bool is_true() const;
    // Behind what `out` holds: whole numbers without a fraction, nothing as "".
    void append_to(std::string& out) const;
    // The same as JSON: texts quoted, nothing as null.
    void append_json_to(std::string& out) const;

    Kind kind = Kind::none;
    double number = 0;
    std::string_view text = {};  // Of a number: its digits as they were written, or empty.
};

// Like with like; a text that reads as a number is one beside a number. Nothing equals nothing.
bool equal(const Value& left, const Value& right);
// Numbers by size, texts by their bytes; false where they cannot be compared.
bool less(const Value& left, const Value& right);
// Of a number, or of a text that reads as one.
bool as_number(const Value& value, double& number);

// A value that is kept. Assigning keeps the text's memory.
class KeptValue {
public:
    KeptValue() = default;
    explicit KeptValue(const Value& value) { assign(value); }

    void assign(const Value& value) {
        kind_ = value.kind;
        number_ = value.number;
        text_.assign(value.text);
    }
    Value value() const { return {kind_, number_, text_}; }

private:
    Value::Kind kind_ = Value::Kind::none;
    double number_ = 0;
    std::string text_;
};

void append_json_text(std::string& out, std::string_view text);  // Quoted and escaped.

}  // namespace mettle::scenario
