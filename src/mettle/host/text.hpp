#pragma once

// Reading the kernel's small text files: in one piece, and taken apart into lines and words without
// copies. What does not parse is left out, never guessed.

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mettle::host {

// The first `most` bytes; false when it cannot be read. Keeps the memory of `text`.
bool read_file(const std::string& path, std::string& text, std::size_t most = 1 << 20);

// Takes the next line off `text`, without its end; false when there is none.
inline bool next_line(std::string_view& text, std::string_view& line) {
    if (text.empty()) return false;
    const auto end = text.find('\n');
    line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return true;
}

// Takes the next word, between blanks; empty at the end.
inline std::string_view next_word(std::string_view& text) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == text.npos) {
        text = {};
        return {};
    }
    const auto end = text.find_first_of(" \t", begin);
    const std::string_view word = text.substr(begin, end - begin);
    text.remove_prefix(end == text.npos ? text.size() : end);
    return word;
}

// Of digits alone, as `base` has them; nothing for anything else.
inline std::optional<std::uint64_t> whole_number(std::string_view word, int base = 10) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base);
    if (error != std::errc() || end != word.data() + word.size()) return {};
    return value;
}

inline std::uint64_t next_number(std::string_view& text) {
    return whole_number(next_word(text)).value_or(0);
}

}  // namespace mettle::host
