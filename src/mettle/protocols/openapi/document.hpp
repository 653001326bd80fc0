#pragma once

// An OpenAPI document, 3.0 or 3.1, as far as it says what can be sent. Schemas are read later, of
// those operations that are sent. Nothing is ever fetched from where a document points.

#include "mettle/base/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols::openapi {

enum class Place : std::uint8_t { path, query, header, cookie };
std::string_view name_of(Place place);  // "query"

struct Parameter {
    std::string name;
    Place place = Place::query;
    bool required = false;
    bool known = false;  // The document has a value for it: enum, const, example or default.
    const nlohmann::json* node = nullptr;
};

struct Operation {
    std::string name() const { return method + " " + path; }  // "GET /items/{id}"

    std::string method;  // "POST"
    std::string path;    // As in the document: without its base path.
    std::string id;      // operationId; may be empty.
    bool deprecated = false;
    std::vector<Parameter> parameters;
    const nlohmann::json* node = nullptr;
    std::string problem;  // Why it cannot be sent, where its parameters cannot be read.
};

struct Document {
    static constexpr std::size_t kMostBytes = std::size_t{32} << 20;
    static constexpr std::size_t kMostOperations = 20'000;

    std::shared_ptr<const nlohmann::json> root;  // What the nodes above point into.
    std::string version;                         // "3.1.0"
    std::string title;
    std::string base_path;              // Of its first server: "" or "/api/v1".
    std::vector<Operation> operations;  // By path, then by method.
};

// A JSON text, or YAML where it does not begin with '{'. Errors (invalid_input, too_large) say
// where and what would be right, Swagger 2.0 included.
Result<Document> parse_document(std::string_view text);

// Whether an answer is to be believed an OpenAPI document: an object with `openapi` and `paths`.
bool is_document(std::string_view body);

}  // namespace mettle::protocols::openapi
