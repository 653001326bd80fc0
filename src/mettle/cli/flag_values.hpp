#pragma once

// What Flags::add() is given: a parser, and where its value goes. Header = templates over any
// `Result<T> parse(const std::string&)`.

#include "mettle/cli/flags.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace mettle::cli {

template <typename T, typename Parse>
Flags::Take into(T& target, Parse parse) {
    return [&target, parse](const std::string& text) -> Result<void> {
        auto value = parse(text);
        if (!value) return std::unexpected(value.error());
        target = static_cast<T>(std::move(*value));
        return {};
    };
}

template <typename T, typename Parse>
Flags::Take add_to(std::vector<T>& list, Parse parse) {
    return [&list, parse](const std::string& text) -> Result<void> {
        auto value = parse(text);
        if (!value) return std::unexpected(value.error());
        list.push_back(std::move(*value));
        return {};
    };
}

Result<std::int64_t> parse_whole_number(const std::string& text, std::int64_t least,
                                        std::int64_t most);

// The same as a parser.
inline auto whole_number(std::int64_t least, std::int64_t most) {
    return [least, most](const std::string& text) { return parse_whole_number(text, least, most); };
}

}  // namespace mettle::cli
