#include "mettle/payload/json_schema.hpp"
#include "mettle/payload/json_schema_model.hpp"

namespace mettle::payload {

namespace {

// Through references and alternatives, as of an optional file.
const SchemaNode* binary_node(const SchemaModel& model, SchemaId id, int depth) {
    const SchemaNode& node = model[id];
    if (node.format == "binary" || !node.media_type.empty()) return &node;
    if (depth > 8) return nullptr;
    for (const auto* ids : {&node.all_of, &node.any_of, &node.one_of})
        for (const SchemaId inner : *ids)
            if (const SchemaNode* found = binary_node(model, inner, depth + 1)) return found;
    return node.items ? binary_node(model, *node.items, depth + 1) : nullptr;
}

void add_binaries(const SchemaModel& model, SchemaId id, int depth,
                  std::map<std::string, std::string>& found) {
    for (const auto& [name, property] : model[id].properties)
        if (const SchemaNode* node = binary_node(model, property, 0))
            found.emplace(name, node->media_type);
    if (depth > 8) return;
    for (const SchemaId inner : model[id].all_of) add_binaries(model, inner, depth + 1, found);
}

void add_names(const SchemaModel& model, SchemaId id, int depth, std::set<std::string>& names) {
    const SchemaNode& node = model[id];
    for (const auto& property : node.properties) names.insert(property.first);
    if (depth > 8) return;
    for (const auto* ids : {&node.all_of, &node.any_of, &node.one_of})
        for (const SchemaId inner : *ids) add_names(model, inner, depth + 1, names);
}

}  // namespace

std::set<std::string> property_names(const JsonSchema& schema) {
    std::set<std::string> names;
    add_names(*schema.model, schema.root, 0, names);
    return names;
}

std::map<std::string, std::string> binary_properties(const JsonSchema& schema) {
    std::map<std::string, std::string> found;
    add_binaries(*schema.model, schema.root, 0, found);
    return found;
}

}  // namespace mettle::payload
