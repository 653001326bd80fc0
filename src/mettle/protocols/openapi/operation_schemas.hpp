#pragma once

// The schemas of an operation: of its parameters, its body and its answers.

#include "mettle/payload/json_schema.hpp"
#include "mettle/protocols/openapi/document.hpp"

#include <optional>
#include <string>
#include <vector>

namespace mettle::protocols::openapi {

enum class BodyForm : std::uint8_t { json, form, multipart, text, bytes };

struct BodySchema {
    BodyForm form = BodyForm::json;
    std::string media_type;
    payload::SchemaId schema = 0;
};

// What is documented for a status, "200", or a range of them, "2XX" and "default".
struct AnswerSchema {
    int least = 100, most = 599;
    std::optional<payload::SchemaId> schema;  // None: anything but JSON may come, too.
};

struct OperationSchemas {
    std::vector<payload::SchemaId> parameters;  // As Operation::parameters.
    std::optional<BodySchema> body;
    std::vector<AnswerSchema> answers;  // The narrowest first.
};

// Examples of parameters and media types become examples of their schemas. Errors: those of
// SchemaReader, and a body of a kind that cannot be made, as XML.
Result<OperationSchemas> read_schemas(const Document& document, const Operation& operation,
                                      payload::SchemaReader& reader);

}  // namespace mettle::protocols::openapi
