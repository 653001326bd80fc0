#include "mettle/scenario/read_context.hpp"

#include "mettle/base/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace mettle::scenario {

namespace {

constexpr auto kReserved = std::to_array<std::string_view>(
    {"status", "latency", "body", "events", "user", "iteration", "true", "false", "null", "and",
     "or", "not", "contains", "matches", "json", "header", "cookie", "env"});

bool is_word(std::string_view text) {
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
           std::ranges::all_of(text, [](char character) {
               return std::isalnum(static_cast<unsigned char>(character)) || character == '_';
           });
}

}  // namespace

bool is_header_name(std::string_view name) {
    constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::ranges::all_of(name, [&](char character) {
        return std::isalnum(static_cast<unsigned char>(character)) || kOthers.contains(character);
    });
}

bool is_json_number(std::string_view text) {
    std::size_t at = text.starts_with('-') ? 1 : 0;
    const auto digits = [&] {
        const std::size_t begin = at;
        while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
        return at - begin;
    };
    const std::size_t begin = at;
    const std::size_t before = digits();
    if (before == 0 || (before > 1 && text[begin] == '0')) return false;
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (digits() == 0) return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (digits() == 0) return false;
    }
    return at == text.size();
}

std::optional<double> ReadContext::rate(const YamlNode& node, std::string_view what) {
    const auto value = parse_rate(text(node, what));
    if (value && *value <= 1e7) return *value;
    if (node.is_scalar())
        wrong(node,
              fmt::format("{}: {}", what,
                          value ? "it is beyond 10 million a second" : value.error().message));
    return {};
}

std::optional<load::WaitTime> ReadContext::wait(const YamlNode& node, std::string_view what) {
    const auto value = load::parse_wait_time(text(node, what));
    if (value) return *value;
    if (node.is_scalar()) wrong(node, fmt::format("{}: {}", what, value.error().message));
    return {};
}

// A text that was folded or escaped stands differently in the file: then its beginning must do.
Place ReadContext::place_in(const YamlNode& node, std::size_t offset) const {
    Place place = node.place;
    if (!node.text.contains('\n')) place.column += static_cast<int>(offset) + (node.quoted ? 1 : 0);
    return place;
}

void ReadContext::set_place(const YamlNode& node) {
    scenario.symbols.set_place(place_in(node, 0), !node.text.contains('\n'));
}

Template ReadContext::text_template(const YamlNode& node, std::string_view what) {
    if (!node.is_scalar()) {
        wrong(node, fmt::format("{} is a text, not {}", what, node.kind_name()));
        return {};
    }
    set_place(node);
    auto result = parse_template(node.text, scenario.symbols, options.environment);
    if (result) return std::move(*result);
    mistakes.add(place_in(node, result.error().at), result.error().message);
    return {};
}

Template ReadContext::value_template(const YamlNode& node, std::string_view what) {
    if (node.is_null()) return Template::of(Value{});
    if (!node.quoted && is_json_number(node.text)) return Template::of(Value::of_digits(node.text));
    if (!node.quoted && (node.text == "true" || node.text == "false"))
        return Template::of(Value::of(node.text == "true"));
    return text_template(node, what);
}

Formula ReadContext::formula(const YamlNode& node, std::string_view what) {
    if (!node.is_scalar()) {
        wrong(node, fmt::format("{} is an expression, not {}", what, node.kind_name()));
        return {};
    }
    return formula(node, node.text, 0);
}

Formula ReadContext::formula(const YamlNode& node, std::string_view source, std::size_t offset) {
    // Who writes ${...} round the whole of an expression means the same.
    if (source.starts_with("${") && source.find('}') == source.size() - 1) {
        source = source.substr(2, source.size() - 3);
        offset += 2;
    }
    set_place(node);
    scenario.symbols.set_base(offset);
    auto result = parse_formula(source, scenario.symbols, options.environment);
    if (result) return std::move(*result);
    mistakes.add(place_in(node, offset + result.error().at), result.error().message);
    return {};
}

Formula ReadContext::made_formula(const YamlNode& node, std::string_view source) {
    scenario.symbols.mute(true);
    auto result = parse_formula(source, scenario.symbols, options.environment);
    scenario.symbols.mute(false);
    if (result) return std::move(*result);
    wrong(node, result.error().message);
    return {};
}

std::optional<std::string> ReadContext::file(const YamlNode& node, std::string_view what) {
    const std::string name = text(node, what);
    if (name.empty()) return {};
    const std::string path = name.starts_with('/') ? name : folder + name;
    auto content = options.read_file(path);
    if (content) return std::move(*content);
    wrong(node, fmt::format("{}: {}", what, content.error().message));
    return {};
}

bool ReadContext::variable_name(std::string_view name, const Place& place) {
    if (!is_word(name)) {
        mistakes.add(place, fmt::format("'{}' is no name of a variable: letters, digits and _ make "
                                        "one, and no digit begins it",
                                        name));
        return false;
    }
    if (std::ranges::find(kReserved, name) != kReserved.end()) {
        mistakes.add(
            place,
            fmt::format("'{}' is a word of the expression language: choose another name", name));
        return false;
    }
    return true;
}

}  // namespace mettle::scenario
