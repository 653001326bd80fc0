#include "mettle/base/law_text.hpp"

#include "mettle/base/units.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace mettle {

namespace {

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

std::vector<std::string_view> split_outside_parentheses(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '(') ++depth;
        if (text[at] == ')') --depth;
        if (text[at] != separator || depth > 0) continue;
        parts.push_back(text.substr(begin, at - begin));
        begin = at + 1;
    }
    parts.push_back(text.substr(begin));
    return parts;
}

std::pair<std::string_view, std::string_view> split_input(std::string_view text) {
    const auto colon = text.substr(0, text.find('(')).rfind(':');
    if (colon == std::string_view::npos) return {"", text};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

Result<LawText> parse_law_text(std::string_view text) {
    const auto open = text.find('(');
    LawText law{std::string(trim(text.substr(0, open))), {}};
    if (law.name.empty()) return invalid("it names no law");
    if (open == std::string_view::npos) return law;
    if (!text.ends_with(')')) return invalid("its parenthesis is not closed");
    const std::string_view inside = text.substr(open + 1, text.size() - open - 2);
    for (const std::string_view part : split_outside_parentheses(inside, ',')) {
        const auto equals = part.find('=');
        const bool keyed = equals != std::string_view::npos;
        const std::string_view value = trim(keyed ? part.substr(equals + 1) : part);
        if (value.empty()) return invalid("an argument is empty");
        law.arguments.emplace_back(keyed ? trim(part.substr(0, equals)) : "", value);
    }
    return law;
}

Result<std::vector<double>> law_numbers(const LawText& law, const std::vector<std::string>& keys) {
    const auto wrong = [&](std::string_view why) {
        return invalid(fmt::format("{}({}) {}", law.name, fmt::join(keys, ","), why));
    };
    if (law.arguments.size() != keys.size())
        return wrong(fmt::format("takes {} number{}", keys.size(), keys.size() == 1 ? "" : "s"));
    std::vector<double> numbers(keys.size());
    std::vector<bool> seen(keys.size());
    for (std::size_t at = 0; at < keys.size(); ++at) {
        const auto& [key, text] = law.arguments[at];
        const auto found = key.empty() ? keys.begin() + static_cast<std::ptrdiff_t>(at)
                                       : std::ranges::find(keys, key);
        if (found == keys.end()) return wrong(fmt::format("has no '{}'", key));
        const auto place = static_cast<std::size_t>(found - keys.begin());
        if (seen[place]) return wrong(fmt::format("has '{}' twice", *found));
        seen[place] = true;
        const auto number = parse_number(text);
        if (!number) return wrong(fmt::format("takes numbers, not '{}'", text));
        numbers[place] = *number;
    }
    return numbers;
}

}  // namespace mettle
