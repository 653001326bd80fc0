#include "mettle/scenario/formula_scanner.hpp"

#include "mettle/base/units.hpp"

#include <fmt/format.h>

#include <chrono>

namespace mettle::scenario {

namespace {

bool is_digit(char character) {
    return character >= '0' && character <= '9';
}
bool is_letter(char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           character == '_';
}
bool is_blank(char character) {
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

}  // namespace

bool begins_name(char character) {
    return is_letter(character);
}
bool begins_number(char character) {
    return is_digit(character) || character == '.';
}

std::string FormulaScanner::rest() const {
    const std::string_view left = text_.substr(at_, 20);
    return std::string(left.substr(0, left.find_first_of("\r\n")));
}
void FormulaScanner::skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
}

// An operator or word, as a whole.
bool FormulaScanner::take(std::string_view wanted) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(wanted)) return false;
    const std::size_t end = at_ + wanted.size();
    if (is_letter(wanted.front()) && end < text_.size() &&
        (is_letter(text_[end]) || is_digit(text_[end]) || text_[end] == '.'))
        return false;
    at_ = end;
    return true;
}
void FormulaScanner::expect(std::string_view wanted) {
    if (take(wanted)) return;
    formula_mistake(at_, at_ == text_.size()
                             ? fmt::format("'{}' is missing at the end", wanted)
                             : fmt::format("'{}' is missing before '{}'", wanted, rest()));
}

FormulaScanner::Number FormulaScanner::read_number() {
    const std::size_t begin = at_;
    while (is_digit(peek()) || peek() == '.') ++at_;
    if ((peek() == 'e' || peek() == 'E') && at_ + 1 < text_.size() &&
        (is_digit(text_[at_ + 1]) || text_[at_ + 1] == '-' || text_[at_ + 1] == '+')) {
        at_ += 2;
        while (is_digit(peek())) ++at_;
    }
    const std::size_t digits_end = at_;
    while (is_letter(peek()) || is_digit(peek())) ++at_;
    const std::string_view written = text_.substr(begin, at_ - begin);
    if (at_ == digits_end) {
        const auto number = mettle::parse_number(written);
        if (!number) formula_mistake(begin, fmt::format("'{}' is no number", written));
        return {*number, false};
    }
    const auto time = parse_duration(written);
    if (!time)
        formula_mistake(begin,
                        fmt::format("'{}' is neither a number nor a time as 200ms", written));
    const double ms = std::chrono::duration<double, std::milli>(*time).count();
    return {ms, true};
}

std::string FormulaScanner::read_quoted() {
    const std::size_t begin = at_;
    const char quote = text_[at_++];
    std::string value;
    while (at_ < text_.size() && text_[at_] != quote) {
        char character = text_[at_++];
        // A pattern's own escapes stay: only the quote, the escape itself and \n are ours.
        if (character == '\\' && at_ < text_.size()) {
            const char next = text_[at_];
            if (next == quote || next == '\\' || next == 'n') {
                ++at_;
                character = next == 'n' ? '\n' : next;
            }
        }
        value += character;
    }
    if (at_ == text_.size()) formula_mistake(begin, "the text that begins here has no end");
    ++at_;
    return value;
}

std::string_view FormulaScanner::read_name() {
    const std::size_t begin = at_;
    while (is_letter(peek()) || is_digit(peek()) ||
           (peek() == '.' && at_ + 1 < text_.size() && is_letter(text_[at_ + 1])))
        ++at_;
    return text_.substr(begin, at_ - begin);
}

std::string FormulaScanner::read_bare(std::string_view prefix) {
    const std::size_t begin = at_;
    const std::string_view more = prefix == "json" ? "/-~.@$" : "-";
    while (at_ < text_.size() && (is_letter(peek()) || is_digit(peek()) || more.contains(peek()) ||
                                  static_cast<unsigned char>(peek()) >= 0x80))
        ++at_;
    return std::string(text_.substr(begin, at_ - begin));
}

void check_json_pointer(std::string_view pointer, std::size_t at) {
    for (std::size_t tilde = pointer.find('~'); tilde != std::string_view::npos;
         tilde = pointer.find('~', tilde + 1)) {
        const char next = tilde + 1 < pointer.size() ? pointer[tilde + 1] : '\0';
        if (next != '0' && next != '1')
            formula_mistake(at, "in a JSON pointer ~ is written ~0 and / within a name ~1");
    }
}

}  // namespace mettle::scenario
