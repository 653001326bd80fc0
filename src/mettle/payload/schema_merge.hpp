#pragma once

// What schemas say together, for making values: include from .cpp files only.

#include "mettle/payload/json_schema_model.hpp"

#include <deque>

namespace mettle::payload {

// The nodes of a model, and those that are made by putting some of them together.
class SchemaSums {
public:
    explicit SchemaSums(const SchemaModel& model) : model_(model) {}

    const SchemaNode& operator[](SchemaId id) const;
    std::uint32_t depth(SchemaId id) const;  // As SchemaModel::depths.

    // A node that says what both say.
    SchemaId both(SchemaId left, SchemaId right);
    SchemaId add(SchemaNode node, std::uint32_t depth);

    // Adds to `node` what `other` says. all_of, any_of and one_of of `other` are not looked at:
    // whoever makes a value has settled them.
    void merge(SchemaNode& node, const SchemaNode& other);

private:
    void merge_arrays(SchemaNode& node, const SchemaNode& other);
    void merge_objects(SchemaNode& node, const SchemaNode& other);
    void merge_one(std::optional<SchemaId>& into, const std::optional<SchemaId>& other);

    const SchemaModel& model_;
    std::deque<SchemaNode> made_;  // Does not move what others hold references to.
    std::vector<std::uint32_t> depths_;
};

}  // namespace mettle::payload
