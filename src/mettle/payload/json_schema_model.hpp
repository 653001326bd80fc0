#pragma once

// What a SchemaReader makes, for those that read it: include from .cpp files only.

#include "mettle/payload/json_schema.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace re2 {
class RE2;
}

namespace mettle::payload {

enum SchemaType : unsigned {
    kNull = 1,
    kBoolean = 2,
    kInteger = 4,
    kNumber = 8,  // Integers too.
    kString = 16,
    kArray = 32,
    kObject = 64,
    kAnyType = 127,
};

constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();
// The least depth of a schema that has no finite instance: one that requires itself.
constexpr std::uint32_t kEndless = std::numeric_limits<std::uint32_t>::max();

struct Pattern {
    std::string text;
    std::shared_ptr<const re2::RE2> compiled;  // None where RE2 does not take it, as lookaheads.
};

struct SchemaNode {
    bool nothing = false;  // The schema `false`.
    unsigned types = kAnyType;
    std::optional<std::vector<nlohmann::json>> allowed;  // enum or const
    std::vector<nlohmann::json> examples;                // example, examples, default

    std::optional<double> minimum, maximum, above, below;  // The last two exclusive.
    std::optional<double> multiple_of;

    std::size_t min_length = 0, max_length = kNoLimit;  // In characters.
    std::string format;
    std::string media_type;  // contentMediaType
    std::optional<Pattern> pattern;

    std::vector<SchemaId> prefix;
    std::optional<SchemaId> items;  // Of what stands behind the prefix.
    std::optional<SchemaId> contains;
    std::size_t min_items = 0, max_items = kNoLimit;
    bool unique = false;

    std::vector<std::pair<std::string, SchemaId>> properties;
    std::vector<std::string> required;
    std::vector<std::pair<Pattern, SchemaId>> pattern_properties;
    std::optional<SchemaId> additional;
    std::size_t min_properties = 0, max_properties = kNoLimit;
    bool read_only = false, write_only = false;

    std::vector<SchemaId> all_of, any_of, one_of;
    std::optional<SchemaId> negated;
    std::string discriminator;                 // The property that says which of any_of or one_of.
    std::vector<std::string> discriminations;  // Its values, in their order.
};

struct SchemaModel {
    const SchemaNode& operator[](SchemaId id) const { return nodes[id]; }

    std::vector<SchemaNode> nodes;
    std::vector<std::uint32_t> depths;  // By node: how deep its smallest instance is.
};

std::vector<std::uint32_t> least_depths(const std::vector<SchemaNode>& nodes);

// Whether a property of that node takes part in values that go this way.
inline bool goes(const SchemaNode& property, Direction direction) {
    return direction == Direction::request ? !property.read_only : !property.write_only;
}

unsigned type_of(const nlohmann::json& value);  // One bit; kInteger for 3 and 3.0.
std::string_view name_of_type(unsigned type);   // "an integer"

// Whether the text has a match of the pattern; true where the pattern could not be compiled.
bool matches(const Pattern& pattern, const std::string& text);
Pattern make_pattern(std::string text);

// In characters (code points); the text is UTF-8.
std::size_t length_of(const std::string& text);

}  // namespace mettle::payload
