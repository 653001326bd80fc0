#include "mettle/schema/yaml_reader.hpp"

#include "mettle/base/similar.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace mettle {

namespace {

std::string shown(const YamlNode& node) {
    if (!node.is_scalar()) return std::string(node.kind_name());
    const std::string_view text = node.text;
    return text.size() > 60 ? fmt::format("'{}...'", text.substr(0, 60))
                            : fmt::format("'{}'", text);
}

Result<double> number_of(const YamlNode& node) {
    if (!node.is_scalar()) return fail(Error::Kind::invalid_input, {});
    return parse_number(node.text);
}

}  // namespace

std::string YamlReader::text(const YamlNode& node, std::string_view what) {
    if (!node.is_scalar()) {
        wrong(node, fmt::format("{} is a text, not {}", what, node.kind_name()));
        return {};
    }
    return node.text;
}

std::optional<double> YamlReader::number(const YamlNode& node, std::string_view what, double least,
                                         double most) {
    const auto value = number_of(node);
    if (value && *value >= least && *value <= most) return *value;
    wrong(node,
          fmt::format("{} is a number from {} to {}, not {}", what, least, most, shown(node)));
    return {};
}

std::optional<std::int64_t> YamlReader::whole(const YamlNode& node, std::string_view what,
                                              std::int64_t least, std::int64_t most) {
    const auto value = number_of(node);
    const bool is_whole = value && *value >= static_cast<double>(least) &&
                          *value <= static_cast<double>(most) &&
                          *value == static_cast<double>(static_cast<std::int64_t>(*value));
    if (is_whole) return static_cast<std::int64_t>(*value);
    wrong(node, fmt::format("{} is a whole number from {} to {}, not {}", what, least, most,
                            shown(node)));
    return {};
}

std::optional<Duration> YamlReader::duration(const YamlNode& node, std::string_view what) {
    const auto value = parse_duration(text(node, what));
    if (value) return *value;
    if (node.is_scalar()) wrong(node, fmt::format("{}: {}", what, value.error().message));
    return {};
}

bool YamlReader::truth(const YamlNode& node, std::string_view what) {
    if (node.is_scalar() && !node.quoted) {
        if (node.text == "true" || node.text == "yes" || node.text == "on") return true;
        if (node.text == "false" || node.text == "no" || node.text == "off") return false;
    }
    wrong(node, fmt::format("{} is true or false, not {}", what, shown(node)));
    return false;
}

std::vector<std::string> YamlReader::texts(const YamlNode& node, std::string_view what) {
    if (node.is_scalar()) return {node.text};
    std::vector<std::string> list;
    if (!node.is_list()) {
        wrong(node, fmt::format("{} is a list of texts, not {}", what, node.kind_name()));
        return list;
    }
    for (const YamlNode& item : node.items) list.push_back(text(item, what));
    return list;
}

std::optional<std::size_t> YamlReader::choice(const YamlNode& node, std::string_view what,
                                              std::initializer_list<std::string_view> names) {
    const auto found = node.is_scalar() ? std::ranges::find(names, node.text) : names.end();
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    wrong(node, fmt::format("{} is {}, not {}", what, fmt::join(names, " or "), shown(node)));
    return {};
}

KeyReader::KeyReader(YamlReader& reader, const YamlNode& node, std::string what)
    : reader_(reader), node_(node), what_(std::move(what)) {
    if (!node.is_map() && !node.is_null())
        reader.wrong(node, fmt::format("{} is a map of keys, not {}", what_, node.kind_name()));
}

const YamlNode* KeyReader::take(std::string_view key) {
    known_.emplace_back(key);
    return node_.find(key);
}

const YamlEntry* KeyReader::take_one(std::initializer_list<std::string_view> keys) {
    const YamlEntry* found = nullptr;
    for (const std::string_view key : keys) known_.emplace_back(key);
    for (const YamlEntry& entry : node_.entries) {
        if (std::ranges::find(keys, entry.key) == keys.end()) continue;
        if (found) {
            reader_.mistakes.add(entry.place, fmt::format("'{}' and '{}' exclude each other",
                                                          found->key, entry.key));
        } else {
            found = &entry;
        }
    }
    return found;
}

void KeyReader::finish() {
    for (const YamlEntry& entry : node_.entries) {
        if (entry.key.starts_with("x-") || std::ranges::find(known_, entry.key) != known_.end())
            continue;
        const std::string similar = most_similar(entry.key, known_);
        std::ranges::sort(known_);
        reader_.mistakes.add(
            entry.place,
            fmt::format("{} has no key '{}'; {}", what_, entry.key,
                        similar.empty() ? fmt::format("there are {}", fmt::join(known_, ", "))
                                        : fmt::format("did you mean '{}'?", similar)));
    }
}

}  // namespace mettle
