#pragma once

// A YAML document as a tree of values with their places, bounded: aliases are copied out, and one
// that stands within what it names is a mistake.

#include "mettle/schema/place.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mettle {

struct YamlEntry;

struct YamlNode {
    enum class Kind { null, scalar, list, map };

    const YamlNode* find(std::string_view key) const;  // Of a map; none: null.
    bool is_null() const { return kind == Kind::null; }
    bool is_scalar() const { return kind == Kind::scalar; }
    bool is_list() const { return kind == Kind::list; }
    bool is_map() const { return kind == Kind::map; }
    std::string_view kind_name() const;  // "a list"

    Kind kind = Kind::null;
    Place place;
    std::string text;     // Of a scalar.
    bool quoted = false;  // A scalar that is a text, whatever it looks like.
    std::vector<YamlNode> items;
    std::vector<YamlEntry> entries;  // In the document's order; each key once.
};

struct YamlEntry {
    std::string key;
    Place place;  // Of the key.
    YamlNode value;
};

struct YamlLimits {
    std::size_t bytes = std::size_t{4} << 20;
    std::size_t nodes = 200'000;  // With those that aliases stand for.
    std::size_t depth = 64;
};

// The only document of `text`. What is wrong goes to `mistakes`; then the tree holds what came
// before.
YamlNode parse_yaml(std::string_view text, int file, Mistakes& mistakes, YamlLimits limits = {});

}  // namespace mettle
