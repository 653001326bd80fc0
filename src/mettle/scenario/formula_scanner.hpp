#pragma once

// Reads the words of an expression, from left to right: names, numbers, texts in quotes, operators.
// What they mean together is the parser's.

#include "mettle/scenario/formula.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace mettle::scenario {

// Throws FormulaError, which the parser catches.
[[noreturn]] inline void formula_mistake(std::size_t at, std::string message) {
    throw FormulaError{at, std::move(message)};
}

class FormulaScanner {
public:
    explicit FormulaScanner(std::string_view text) : text_(text) {}

    std::string_view text() const { return text_; }
    std::size_t at() const { return at_; }
    bool at_end() const { return at_ == text_.size(); }
    char peek() const { return at_end() ? '\0' : text_[at_]; }
    void step() { ++at_; }
    bool next_is(std::string_view words) const { return text_.substr(at_).starts_with(words); }
    std::string rest() const;  // The beginning of what is left, for messages.

    void skip_blanks();
    bool take(std::string_view wanted);  // An operator or word, as a whole.
    void expect(std::string_view wanted);

    // Each where one begins.
    struct Number {
        double value = 0;  // Of a time in ms.
        bool is_time = false;
    };
    Number read_number();
    std::string read_quoted();
    std::string_view read_name();                    // With points: "rows.name".
    std::string read_bare(std::string_view prefix);  // What stands behind "json:" without quotes.

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

bool begins_name(char character);
bool begins_number(char character);
// That each ~ in it is one of RFC 6901's.
void check_json_pointer(std::string_view pointer, std::size_t at);

}  // namespace mettle::scenario
