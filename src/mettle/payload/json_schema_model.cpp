#include "mettle/payload/json_schema_model.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace mettle::payload {

namespace {

std::uint32_t least_of(const std::vector<SchemaId>& ids, const std::vector<std::uint32_t>& depths) {
    std::uint32_t least = kEndless;
    for (const SchemaId id : ids) least = std::min(least, depths[id]);
    return least;
}

const SchemaId* property_of(const SchemaNode& node, const std::string& name) {
    const auto found =
        std::ranges::find(node.properties, name, &decltype(node.properties)::value_type::first);
    return found == node.properties.end() ? nullptr : &found->second;
}

std::uint32_t inner_depth(const SchemaNode& node, const std::vector<std::uint32_t>& depths) {
    std::uint32_t deepest = 0;
    const auto needs = [&](std::uint32_t depth) { deepest = std::max(deepest, depth); };
    for (const SchemaId id : node.all_of) needs(depths[id]);
    if (!node.any_of.empty()) needs(least_of(node.any_of, depths));
    if (!node.one_of.empty()) needs(least_of(node.one_of, depths));
    // What may also be null or a string need not have its properties or elements.
    const bool object = (node.types & kAnyType) == kObject || node.types == kAnyType;
    if (object)
        for (const std::string& name : node.required)
            if (const SchemaId* id = property_of(node, name)) needs(depths[*id]);
    if (node.types != kArray) return deepest;
    for (std::size_t index = 0; index < std::min(node.min_items, node.prefix.size()); ++index)
        needs(depths[node.prefix[index]]);
    if (node.items && node.min_items > node.prefix.size()) needs(depths[*node.items]);
    return deepest;
}

}  // namespace

// Bellman-Ford from below: each round settles those whose smallest instance is one deeper.
std::vector<std::uint32_t> least_depths(const std::vector<SchemaNode>& nodes) {
    constexpr int kMostRounds = 400;
    std::vector<std::uint32_t> depths(nodes.size(), kEndless);
    bool changed = true;
    for (int round = 0; changed && round < kMostRounds; ++round) {
        changed = false;
        for (std::size_t id = 0; id < nodes.size(); ++id) {
            if (nodes[id].nothing) continue;
            const std::uint32_t inner = nodes[id].allowed ? 0 : inner_depth(nodes[id], depths);
            if (inner == kEndless || inner + 1 >= depths[id]) continue;
            depths[id] = inner + 1;
            changed = true;
        }
    }
    return depths;
}

unsigned type_of(const nlohmann::json& value) {
    switch (value.type()) {
        case nlohmann::json::value_t::null:
            return kNull;
        case nlohmann::json::value_t::boolean:
            return kBoolean;
        case nlohmann::json::value_t::number_integer:
        case nlohmann::json::value_t::number_unsigned:
            return kInteger;
        case nlohmann::json::value_t::number_float: {
            const double number = value.get<double>();
            return std::isfinite(number) && number == std::floor(number) ? kInteger : kNumber;
        }
        case nlohmann::json::value_t::string:
            return kString;
        case nlohmann::json::value_t::array:
            return kArray;
        default:
            return kObject;
    }
}

std::string_view name_of_type(unsigned type) {
    switch (type) {
        case kNull:
            return "null";
        case kBoolean:
            return "a boolean";
        case kInteger:
            return "an integer";
        case kNumber:
            return "a number";
        case kString:
            return "a string";
        case kArray:
            return "an array";
        default:
            return "an object";
    }
}

bool matches(const Pattern& pattern, const std::string& text) {
    return !pattern.compiled || re2::RE2::PartialMatch(text, *pattern.compiled);
}

Pattern make_pattern(std::string text) {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_max_mem(1 << 20);
    auto compiled = std::make_shared<const re2::RE2>(text, options);
    if (!compiled->ok()) compiled = nullptr;
    return {std::move(text), std::move(compiled)};
}

std::size_t length_of(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }));
}

}  // namespace mettle::payload
