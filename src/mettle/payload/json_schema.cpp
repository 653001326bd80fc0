#include "mettle/payload/json_schema.hpp"

#include "mettle/payload/json_depth.hpp"
#include "mettle/payload/json_schema_model.hpp"

#include <fmt/format.h>

#include <array>

namespace mettle::payload {

namespace {

using nlohmann::json;

constexpr std::array kTypeNames = {
    std::pair{std::string_view("null"), kNull},
    std::pair{std::string_view("boolean"), kBoolean},
    std::pair{std::string_view("integer"), kInteger},
    std::pair{std::string_view("number"), kNumber},
    std::pair{std::string_view("string"), kString},
    std::pair{std::string_view("array"), kArray},
    std::pair{std::string_view("object"), kObject},
};

unsigned type_named(const json& name) {
    if (!name.is_string()) return 0;
    for (const auto& [known, type] : kTypeNames)
        if (name.get_ref<const std::string&>() == known)
            return type == kNumber ? kNumber | kInteger : type;
    return 0;
}

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

// Null where the schema has no such keyword.
const json* keyword_of(const json& schema, const char* keyword) {
    const auto found = schema.find(keyword);
    return found == schema.end() ? nullptr : &*found;
}

bool flag(const json& schema, const char* keyword) {
    const json* found = keyword_of(schema, keyword);
    return found && found->is_boolean() && found->get<bool>();
}

std::string text_of(const json& schema, const char* keyword) {
    const json* found = keyword_of(schema, keyword);
    return found && found->is_string() ? found->get<std::string>() : std::string();
}

// "Cat" of {"$ref": "#/components/schemas/Cat"}, which OpenAPI lets a discriminator mean.
std::string implied_name(const json& schema) {
    const std::string reference = schema.is_object() ? text_of(schema, "$ref") : std::string();
    return reference.substr(reference.rfind('/') + 1);
}

std::string discrimination(const json& discriminator, const json& choice) {
    const std::string reference = choice.is_object() ? text_of(choice, "$ref") : std::string();
    const std::string implied = implied_name(choice);
    if (const json* mapping = keyword_of(discriminator, "mapping"); mapping && mapping->is_object())
        for (const auto& [name, target] : mapping->items())
            if (target == reference || target == implied) return name;
    return implied;
}

}  // namespace

Result<const json*> resolve_reference(const json& document, const json& reference) {
    if (!reference.is_string()) return invalid("$ref must be a text, as '#/components/schemas/X'");
    const auto& text = reference.get_ref<const std::string&>();
    if (!text.starts_with('#')) {
        return invalid(
            fmt::format("$ref '{}' leads out of this document, and nothing is fetched "
                        "from elsewhere: put what it means into the document, under "
                        "'#/components/schemas/'",
                        text.substr(0, 200)));
    }
    if (text != "#" && !text.starts_with("#/")) {
        return invalid(
            fmt::format("$ref '{}' is no pointer into this document: write it as "
                        "'#/components/schemas/X'",
                        text.substr(0, 200)));
    }
    // No exceptions from where there is nothing, but some from a wrong escape.
    try {
        const json::json_pointer pointer(text.substr(1));
        if (document.contains(pointer)) return &document.at(pointer);
    } catch (const json::exception&) {
    }
    return invalid(fmt::format("$ref '{}': there is nothing of that name in this document",
                               text.substr(0, 200)));
}

SchemaReader::SchemaReader(const json& document)
    : document_(document), model_(std::make_shared<SchemaModel>()) {}
SchemaReader::~SchemaReader() = default;

Result<SchemaId> SchemaReader::read(const json& schema, std::string_view where) {
    added_.clear();
    const SchemaId id = add(schema, std::string(where), 0);
    while (!pending_.empty() && !error_) {
        const Pending next = std::move(pending_.back());
        pending_.pop_back();
        fill(next.id, *next.schema, next.where, 0);
    }
    if (!error_) return id;
    // What was begun is not whole: whoever refers to it again finds the error again.
    for (const std::string& pointer : added_) referred_.erase(pointer);
    pending_.clear();
    return std::unexpected(*std::exchange(error_, std::nullopt));
}

std::shared_ptr<const SchemaModel> SchemaReader::finish() {
    model_->depths = least_depths(model_->nodes);
    return std::exchange(model_, std::make_shared<SchemaModel>());
}

void SchemaReader::complain(Error::Kind kind, std::string message) {
    if (!error_) error_ = Error{kind, std::move(message)};
}

SchemaId SchemaReader::add(const json& schema, const std::string& where, int depth) {
    if (schema.is_object() && schema.size() == 1 && schema.contains("$ref"))
        return refer(schema["$ref"], where);
    if (model_->nodes.size() >= kMostNodes || depth > kDeepest) {
        complain(Error::Kind::too_large,
                 fmt::format("{}: {}", where,
                             depth > kDeepest ? "schemas within schemas, deeper than 200"
                                              : "more than 200000 schemas are too many"));
        return 0;
    }
    const auto id = static_cast<SchemaId>(model_->nodes.size());
    model_->nodes.emplace_back();
    fill(id, schema, where, depth);
    return id;
}

// Only noted, and read when the schema around it is done: chains of references may be long.
SchemaId SchemaReader::refer(const json& reference, const std::string& where) {
    const auto target = resolve_reference(document_, reference);
    if (!target) {
        complain(target.error().kind, fmt::format("{}: {}", where, target.error().message));
        return 0;
    }
    const auto next = static_cast<SchemaId>(model_->nodes.size());
    const auto [known, is_new] = referred_.try_emplace(reference.get<std::string>(), next);
    if (!is_new) return known->second;
    added_.push_back(known->first);
    if (model_->nodes.size() >= kMostNodes) {
        complain(Error::Kind::too_large, where + ": more than 200000 schemas are too many");
        return 0;
    }
    model_->nodes.emplace_back();
    pending_.push_back({*target, next, reference.get<std::string>()});
    return next;
}

void SchemaReader::fill(SchemaId id, const json& schema, const std::string& where, int depth) {
    SchemaNode node;
    if (schema.is_boolean()) {
        node.nothing = !schema.get<bool>();
    } else if (!schema.is_object()) {
        complain(Error::Kind::invalid_input,
                 fmt::format("{}: a schema is an object, true or false, not {}", where,
                             name_of_type(type_of(schema))));
    } else {
        read_types(node, schema, where);
        read_values(node, schema, where);
        read_numbers(node, schema, where);
        read_strings(node, schema, where);
        read_arrays(node, schema, where, depth);
        read_objects(node, schema, where, depth);
        read_choices(node, schema, where, depth);
    }
    model_->nodes[id] = std::move(node);
}

void SchemaReader::read_types(SchemaNode& node, const json& schema, const std::string& where) {
    const json* type = keyword_of(schema, "type");
    if (type) {
        node.types = 0;
        const json names = type->is_array() ? *type : json::array({*type});
        for (const json& name : names) {
            const unsigned known = type_named(name);
            if (!known)
                complain(Error::Kind::invalid_input,
                         fmt::format("{}/type: {} is no type: write null, boolean, integer, "
                                     "number, string, array or object",
                                     where, name.dump(-1, ' ', true).substr(0, 60)));
            node.types |= known;
        }
    }
    if (type && flag(schema, "nullable")) node.types |= kNull;
}

void SchemaReader::read_values(SchemaNode& node, const json& schema, const std::string& where) {
    if (const json* allowed = keyword_of(schema, "enum")) {
        if (!allowed->is_array() || allowed->empty())
            complain(Error::Kind::invalid_input, where + "/enum: must be an array of values");
        else
            node.allowed = std::vector<json>(allowed->begin(), allowed->end());
    }
    if (const json* constant = keyword_of(schema, "const")) node.allowed.emplace({*constant});
    if (const json* example = keyword_of(schema, "example")) node.examples.push_back(*example);
    if (const json* examples = keyword_of(schema, "examples"); examples && examples->is_array())
        node.examples.insert(node.examples.end(), examples->begin(), examples->end());
    if (const json* value = keyword_of(schema, "default")) node.examples.push_back(*value);
    node.read_only = flag(schema, "readOnly");
    node.write_only = flag(schema, "writeOnly");
}

void SchemaReader::number(const json& schema, const char* keyword, std::optional<double>& target,
                          const std::string& where) {
    const json* value = keyword_of(schema, keyword);
    if (!value || value->is_null()) return;
    if (value->is_number())
        target = value->get<double>();
    else
        complain(Error::Kind::invalid_input,
                 fmt::format("{}/{}: must be a number", where, keyword));
}

void SchemaReader::count(const json& schema, const char* keyword, std::size_t& target,
                         const std::string& where) {
    std::optional<double> value;
    number(schema, keyword, value, where);
    if (!value) return;
    if (*value >= 0 && *value < 1e15)
        target = static_cast<std::size_t>(*value);
    else
        complain(Error::Kind::invalid_input,
                 fmt::format("{}/{}: must be a number from 0 on", where, keyword));
}

void SchemaReader::read_numbers(SchemaNode& node, const json& schema, const std::string& where) {
    number(schema, "minimum", node.minimum, where);
    number(schema, "maximum", node.maximum, where);
    // OpenAPI 3.0 says with a boolean that the bound beside it is exclusive.
    if (const json* above = keyword_of(schema, "exclusiveMinimum"); above && above->is_boolean()) {
        if (above->get<bool>()) node.above = std::exchange(node.minimum, std::nullopt);
    } else {
        number(schema, "exclusiveMinimum", node.above, where);
    }
    if (const json* below = keyword_of(schema, "exclusiveMaximum"); below && below->is_boolean()) {
        if (below->get<bool>()) node.below = std::exchange(node.maximum, std::nullopt);
    } else {
        number(schema, "exclusiveMaximum", node.below, where);
    }
    number(schema, "multipleOf", node.multiple_of, where);
    if (node.multiple_of && *node.multiple_of <= 0)
        complain(Error::Kind::invalid_input, where + "/multipleOf: must be above 0");
}

void SchemaReader::read_strings(SchemaNode& node, const json& schema, const std::string& where) {
    count(schema, "minLength", node.min_length, where);
    count(schema, "maxLength", node.max_length, where);
    node.format = text_of(schema, "format");
    node.media_type = text_of(schema, "contentMediaType");
    if (text_of(schema, "contentEncoding") == "base64") node.format = "byte";
    if (const json* pattern = keyword_of(schema, "pattern")) {
        if (pattern->is_string())
            node.pattern = make_pattern(pattern->get<std::string>());
        else
            complain(Error::Kind::invalid_input, where + "/pattern: must be a text");
    }
}

std::vector<SchemaId> SchemaReader::add_all(const json& schema, const char* keyword,
                                            const std::string& where, int depth) {
    const json* list = keyword_of(schema, keyword);
    if (!list) return {};
    const std::string place = fmt::format("{}/{}", where, keyword);
    if (!list->is_array()) {
        complain(Error::Kind::invalid_input, place + ": must be an array of schemas");
        return {};
    }
    std::vector<SchemaId> ids;
    for (std::size_t index = 0; index < list->size() && !error_; ++index)
        ids.push_back(add((*list)[index], fmt::format("{}/{}", place, index), depth + 1));
    return ids;
}

std::optional<SchemaId> SchemaReader::add_one(const json& schema, const char* keyword,
                                              const std::string& where, int depth) {
    const json* inner = keyword_of(schema, keyword);
    if (!inner || error_) return {};
    return add(*inner, fmt::format("{}/{}", where, keyword), depth + 1);
}

void SchemaReader::read_arrays(SchemaNode& node, const json& schema, const std::string& where,
                               int depth) {
    node.prefix = add_all(schema, "prefixItems", where, depth);
    const json* items = keyword_of(schema, "items");
    // An array of schemas is how drafts before 2020-12 wrote prefixItems.
    if (items && items->is_array())
        node.prefix = add_all(schema, "items", where, depth);
    else
        node.items = add_one(schema, "items", where, depth);
    node.contains = add_one(schema, "contains", where, depth);
    count(schema, "minItems", node.min_items, where);
    count(schema, "maxItems", node.max_items, where);
    node.unique = flag(schema, "uniqueItems");
}

void SchemaReader::read_objects(SchemaNode& node, const json& schema, const std::string& where,
                                int depth) {
    for (const char* keyword : {"properties", "patternProperties"}) {
        const json* properties = keyword_of(schema, keyword);
        if (!properties) continue;
        const std::string place = fmt::format("{}/{}", where, keyword);
        if (!properties->is_object()) {
            complain(Error::Kind::invalid_input, place + ": must be an object of schemas");
            continue;
        }
        for (const auto& [name, property] : properties->items()) {
            if (error_) return;
            const SchemaId id = add(property, fmt::format("{}/{}", place, name), depth + 1);
            if (keyword == std::string_view("properties"))
                node.properties.emplace_back(name, id);
            else
                node.pattern_properties.emplace_back(make_pattern(name), id);
        }
    }
    // A boolean here is how OpenAPI documents of long ago said it of one property.
    if (const json* required = keyword_of(schema, "required"); required && required->is_array())
        for (const json& name : *required)
            if (name.is_string()) node.required.push_back(name.get<std::string>());
    node.additional = add_one(schema, "additionalProperties", where, depth);
    count(schema, "minProperties", node.min_properties, where);
    count(schema, "maxProperties", node.max_properties, where);
}

void SchemaReader::read_choices(SchemaNode& node, const json& schema, const std::string& where,
                                int depth) {
    node.all_of = add_all(schema, "allOf", where, depth);
    node.any_of = add_all(schema, "anyOf", where, depth);
    node.one_of = add_all(schema, "oneOf", where, depth);
    node.negated = add_one(schema, "not", where, depth);
    if (const json* reference = keyword_of(schema, "$ref"))
        node.all_of.push_back(refer(*reference, where));
    const json* discriminator = keyword_of(schema, "discriminator");
    if (!discriminator || !discriminator->is_object()) return;
    node.discriminator = text_of(*discriminator, "propertyName");
    const char* keyword = node.one_of.empty() ? "anyOf" : "oneOf";
    if (const json* choices = keyword_of(schema, keyword); choices && choices->is_array())
        for (const json& choice : *choices)
            node.discriminations.push_back(discrimination(*discriminator, choice));
}

Result<JsonSchema> parse_json_schema(std::string_view text) {
    if (is_deeper_than(text, kDeepestJson)) return invalid("the schema is nested deeper than 500");
    const json document = json::parse(text, nullptr, false);
    if (document.is_discarded()) return invalid("the schema is no JSON");
    SchemaReader reader(document);
    const auto root = reader.read(document, "schema");
    if (!root) return std::unexpected(root.error());
    return JsonSchema{reader.finish(), *root};
}

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
