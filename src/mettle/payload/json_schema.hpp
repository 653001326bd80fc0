#pragma once

// JSON Schema as APIs use it: draft 2020-12, and the dialect of OpenAPI 3.0 (nullable, boolean
// exclusiveMinimum), read into a graph of nodes. Instances are made by json_instance.hpp, values
// judged by json_validator.hpp. Not looked at: format as a rule, unevaluatedProperties, dependent
// schemas, $dynamicRef.

#include "mettle/base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mettle::payload {

struct SchemaNode;
struct SchemaModel;  // All nodes of a reader; json_schema_model.hpp says what is in it.
using SchemaId = std::uint32_t;

// A schema among those that were read with it. Cheap to copy, immutable: thread-safe.
struct JsonSchema {
    std::shared_ptr<const SchemaModel> model;
    SchemaId root = 0;
};

// Which way a value goes: properties that are readOnly are never sent, those that are writeOnly
// never answered.
enum class Direction : std::uint8_t { request, answer };

// Reads schemas of one document. Nothing is ever fetched: a $ref to anywhere but this document is
// an error. Recursive schemas are fine.
class SchemaReader {
public:
    static constexpr std::size_t kMostNodes = 200'000;
    static constexpr int kDeepest = 200;  // Of schemas within schemas, without a $ref between.

    // `document` is what `#/...` points into, borrowed for the reader's life.
    explicit SchemaReader(const nlohmann::json& document);
    ~SchemaReader();

    // `where` begins the error's place, as "POST /predict: requestBody". Errors: invalid_input,
    // too_large; each names the place and what would be right.
    Result<SchemaId> read(const nlohmann::json& schema, std::string_view where);

    // The model of all that was read, for JsonSchema. Ends the reader's use.
    std::shared_ptr<const SchemaModel> finish();

private:
    struct Pending {
        const nlohmann::json* schema;
        SchemaId id;
        std::string where;
    };

    SchemaId add(const nlohmann::json& schema, const std::string& where, int depth);
    SchemaId refer(const nlohmann::json& reference, const std::string& where);
    void fill(SchemaId id, const nlohmann::json& schema, const std::string& where, int depth);
    void read_types(SchemaNode& node, const nlohmann::json& schema, const std::string& where);
    void read_values(SchemaNode& node, const nlohmann::json& schema, const std::string& where);
    void read_numbers(SchemaNode& node, const nlohmann::json& schema, const std::string& where);
    void read_strings(SchemaNode& node, const nlohmann::json& schema, const std::string& where);
    void read_arrays(SchemaNode& node, const nlohmann::json& schema, const std::string& where,
                     int depth);
    void read_objects(SchemaNode& node, const nlohmann::json& schema, const std::string& where,
                      int depth);
    void read_choices(SchemaNode& node, const nlohmann::json& schema, const std::string& where,
                      int depth);
    std::vector<SchemaId> add_all(const nlohmann::json& schema, const char* keyword,
                                  const std::string& where, int depth);
    std::optional<SchemaId> add_one(const nlohmann::json& schema, const char* keyword,
                                    const std::string& where, int depth);
    void number(const nlohmann::json& schema, const char* keyword, std::optional<double>& target,
                const std::string& where);
    void count(const nlohmann::json& schema, const char* keyword, std::size_t& target,
               const std::string& where);
    void complain(Error::Kind kind, std::string message);

    const nlohmann::json& document_;
    std::shared_ptr<SchemaModel> model_;
    std::map<std::string, SchemaId> referred_;  // By JSON pointer.
    std::vector<std::string> added_;            // Of those, by the read() that goes on.
    std::vector<Pending> pending_;
    std::optional<Error> error_;
};

// What a $ref within `document` points at, as "#/components/schemas/Item". Errors: remote, not a
// pointer, nothing there; each says what would be right.
Result<const nlohmann::json*> resolve_reference(const nlohmann::json& document,
                                                const nlohmann::json& reference);

// The properties that are files rather than values (format: binary, contentMediaType), with their
// media type where the schema says one.
std::map<std::string, std::string> binary_properties(const JsonSchema& schema);

// The names that its object may have, all_of, any_of and one_of included.
std::set<std::string> property_names(const JsonSchema& schema);

// A schema that is a document of its own. Errors: no JSON, and those of SchemaReader.
Result<JsonSchema> parse_json_schema(std::string_view text);

}  // namespace mettle::payload
