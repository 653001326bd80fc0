#include "mettle/payload/schema_merge.hpp"

#include <algorithm>
#include <cmath>

namespace mettle::payload {

namespace {

void keep_larger(std::optional<double>& into, const std::optional<double>& other) {
    if (other) into = into ? std::max(*into, *other) : *other;
}

void keep_smaller(std::optional<double>& into, const std::optional<double>& other) {
    if (other) into = into ? std::min(*into, *other) : *other;
}

void merge_values(SchemaNode& node, const SchemaNode& other) {
    node.nothing = node.nothing || other.nothing;
    node.types &= other.types;
    if (!node.allowed)
        node.allowed = other.allowed;
    else if (other.allowed)
        std::erase_if(*node.allowed, [&](const nlohmann::json& value) {
            return std::ranges::find(*other.allowed, value) == other.allowed->end();
        });
    node.examples.insert(node.examples.end(), other.examples.begin(), other.examples.end());
    node.read_only = node.read_only || other.read_only;
    node.write_only = node.write_only || other.write_only;
    if (!node.negated) node.negated = other.negated;
}

void merge_numbers(SchemaNode& node, const SchemaNode& other) {
    keep_larger(node.minimum, other.minimum);
    keep_larger(node.above, other.above);
    keep_smaller(node.maximum, other.maximum);
    keep_smaller(node.below, other.below);
    // Right where one is a multiple of the other; who makes a value checks it in the end.
    keep_larger(node.multiple_of, other.multiple_of);
}

void merge_strings(SchemaNode& node, const SchemaNode& other) {
    node.min_length = std::max(node.min_length, other.min_length);
    node.max_length = std::min(node.max_length, other.max_length);
    if (node.format.empty()) node.format = other.format;
    if (node.media_type.empty()) node.media_type = other.media_type;
    if (!node.pattern) node.pattern = other.pattern;
}

}  // namespace

const SchemaNode& SchemaSums::operator[](SchemaId id) const {
    return id < model_.nodes.size() ? model_[id] : made_[id - model_.nodes.size()];
}

std::uint32_t SchemaSums::depth(SchemaId id) const {
    return id < model_.nodes.size() ? model_.depths[id] : depths_[id - model_.nodes.size()];
}

SchemaId SchemaSums::add(SchemaNode node, std::uint32_t depth) {
    made_.push_back(std::move(node));
    depths_.push_back(depth);
    return static_cast<SchemaId>(model_.nodes.size() + made_.size() - 1);
}

SchemaId SchemaSums::both(SchemaId left, SchemaId right) {
    if (left == right) return left;
    SchemaNode node;
    node.all_of = {left, right};
    node.read_only = (*this)[left].read_only || (*this)[right].read_only;
    node.write_only = (*this)[left].write_only || (*this)[right].write_only;
    return add(std::move(node), std::max(depth(left), depth(right)));
}

void SchemaSums::merge(SchemaNode& node, const SchemaNode& other) {
    merge_values(node, other);
    merge_numbers(node, other);
    merge_strings(node, other);
    merge_arrays(node, other);
    merge_objects(node, other);
}

void SchemaSums::merge_one(std::optional<SchemaId>& into, const std::optional<SchemaId>& other) {
    if (other) into = into ? both(*into, *other) : *other;
}

void SchemaSums::merge_arrays(SchemaNode& node, const SchemaNode& other) {
    for (std::size_t index = 0; index < other.prefix.size(); ++index) {
        if (index < node.prefix.size())
            node.prefix[index] = both(node.prefix[index], other.prefix[index]);
        else
            node.prefix.push_back(other.prefix[index]);
    }
    merge_one(node.items, other.items);
    if (!node.contains) node.contains = other.contains;
    node.min_items = std::max(node.min_items, other.min_items);
    node.max_items = std::min(node.max_items, other.max_items);
    node.unique = node.unique || other.unique;
}

void SchemaSums::merge_objects(SchemaNode& node, const SchemaNode& other) {
    for (const auto& [name, id] : other.properties) {
        const auto known =
            std::ranges::find(node.properties, name, &decltype(node.properties)::value_type::first);
        if (known == node.properties.end())
            node.properties.emplace_back(name, id);
        else
            known->second = both(known->second, id);
    }
    for (const std::string& name : other.required)
        if (std::ranges::find(node.required, name) == node.required.end())
            node.required.push_back(name);
    node.pattern_properties.insert(node.pattern_properties.end(), other.pattern_properties.begin(),
                                   other.pattern_properties.end());
    merge_one(node.additional, other.additional);
    node.min_properties = std::max(node.min_properties, other.min_properties);
    node.max_properties = std::min(node.max_properties, other.max_properties);
}

}  // namespace mettle::payload
