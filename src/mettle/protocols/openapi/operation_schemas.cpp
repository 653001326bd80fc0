#include "mettle/protocols/openapi/operation_schemas.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace mettle::protocols::openapi {

namespace {

using nlohmann::json;
using payload::SchemaId;

const json* member(const json& node, const char* key) {
    const auto found = node.find(key);
    return found == node.end() ? nullptr : &*found;
}

// What it refers to, or itself; also where that is nothing, which shows when it is read.
const json& resolved(const json& root, const json& node) {
    if (!node.is_object()) return node;
    const json* reference = member(node, "$ref");
    if (!reference) return node;
    const auto target = payload::resolve_reference(root, *reference);
    return target ? **target : node;
}

// Those of a media type or parameter: `example`, or `examples` by name with a `value` each.
json examples_of(const json& root, const json& node) {
    json examples = json::array();
    if (const json* example = member(node, "example")) examples.push_back(*example);
    const json* named = member(node, "examples");
    if (!named || !named->is_object()) return examples;
    for (const json& each : *named) {
        const json& example = resolved(root, each);
        if (example.is_object() && example.contains("value")) examples.push_back(example["value"]);
    }
    return examples;
}

// The schema with the examples that stand beside it. Without a schema anything is right.
Result<SchemaId> read_with_examples(const json& root, const json& node,
                                    payload::SchemaReader& reader, const std::string& where) {
    const json* schema = member(node, "schema");
    const json examples = examples_of(root, node);
    if (!schema) return reader.read(json{{"examples", examples}}, where);
    if (examples.empty()) return reader.read(*schema, where);
    return reader.read(json{{"allOf", json::array({*schema})}, {"examples", examples}}, where);
}

std::string_view essence(std::string_view media_type) {
    media_type = media_type.substr(0, media_type.find(';'));
    while (media_type.ends_with(' ')) media_type.remove_suffix(1);
    return media_type;
}

bool is_json_type(std::string_view media_type) {
    media_type = essence(media_type);
    return media_type == "application/json" || media_type.ends_with("+json") ||
           media_type == "*/*" || media_type == "application/*";
}

std::optional<BodyForm> form_of(std::string_view media_type) {
    if (is_json_type(media_type)) return BodyForm::json;
    media_type = essence(media_type);
    if (media_type == "application/x-www-form-urlencoded") return BodyForm::form;
    if (media_type == "multipart/form-data") return BodyForm::multipart;
    if (media_type == "text/plain") return BodyForm::text;
    if (media_type == "application/octet-stream" || media_type.starts_with("image/"))
        return BodyForm::bytes;
    return {};
}

Result<std::optional<BodySchema>> read_body(const Document& document, const Operation& operation,
                                            payload::SchemaReader& reader) {
    const json* node = member(*operation.node, "requestBody");
    if (!node) return std::nullopt;
    const json& body = resolved(*document.root, *node);
    const json* content = body.is_object() ? member(body, "content") : nullptr;
    if (!content || !content->is_object() || content->empty()) return std::nullopt;
    std::optional<BodySchema> best;
    const json* chosen = nullptr;
    for (const auto& [media_type, each] : content->items()) {
        const auto form = form_of(media_type);
        if (!form || !each.is_object() || (best && best->form <= *form)) continue;
        best = {*form, media_type.contains('*') ? "application/json" : media_type, 0};
        chosen = &each;
    }
    if (!best)
        return fail(Error::Kind::unsupported,
                    fmt::format("{} takes {}, which cannot be made: give it with --body FILE",
                                operation.name(), content->begin().key()));
    const auto schema =
        read_with_examples(*document.root, *chosen, reader, operation.name() + ": body");
    if (!schema) return std::unexpected(schema.error());
    best->schema = *schema;
    return best;
}

// "200", "2XX", "default"
std::optional<AnswerSchema> statuses(std::string_view key) {
    if (key == "default") return AnswerSchema{100, 599, {}};
    int status = 0;
    const bool range = key.size() == 3 && (key.ends_with("XX") || key.ends_with("xx"));
    const std::string_view digits = range ? key.substr(0, 1) : key;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
    if (error != std::errc() || end != digits.data() + digits.size()) return {};
    if (range) return AnswerSchema{status * 100, status * 100 + 99, {}};
    return AnswerSchema{status, status, {}};
}

Result<std::vector<AnswerSchema>> read_answers(const Document& document, const Operation& operation,
                                               payload::SchemaReader& reader) {
    std::vector<AnswerSchema> answers;
    const json* responses = member(*operation.node, "responses");
    if (!responses || !responses->is_object()) return answers;
    for (const auto& [key, node] : responses->items()) {
        auto answer = statuses(key);
        const json& response = resolved(*document.root, node);
        if (!answer || !response.is_object()) continue;
        const json* content = member(response, "content");
        // Beside another kind of answer JSON is only what might come.
        const bool only_json = content && content->is_object() && content->size() == 1 &&
                               is_json_type(content->begin().key()) &&
                               content->begin().value().is_object();
        if (only_json) {
            if (const json* schema = member(content->begin().value(), "schema")) {
                const auto id =
                    reader.read(*schema, fmt::format("{}: answer {}", operation.name(), key));
                if (!id) return std::unexpected(id.error());
                answer->schema = *id;
            }
        }
        answers.push_back(*answer);
    }
    std::ranges::sort(answers, {}, [](const AnswerSchema& answer) {
        return std::pair(answer.most - answer.least, answer.least);
    });
    return answers;
}

}  // namespace

Result<OperationSchemas> read_schemas(const Document& document, const Operation& operation,
                                      payload::SchemaReader& reader) {
    OperationSchemas schemas;
    for (const Parameter& parameter : operation.parameters) {
        const auto id =
            read_with_examples(*document.root, *parameter.node, reader,
                               fmt::format("{}: parameter {}", operation.name(), parameter.name));
        if (!id) return std::unexpected(id.error());
        schemas.parameters.push_back(*id);
    }
    auto body = read_body(document, operation, reader);
    if (!body) return std::unexpected(body.error());
    schemas.body = std::move(*body);
    auto answers = read_answers(document, operation, reader);
    if (!answers) return std::unexpected(answers.error());
    schemas.answers = std::move(*answers);
    return schemas;
}

}  // namespace mettle::protocols::openapi
