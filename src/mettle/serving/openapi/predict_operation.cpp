#include "mettle/serving/openapi/predict_operation.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::openapi {

namespace {

constexpr std::int64_t kMostExampleElements = 4096;
constexpr std::int64_t kPinnedRows = 2;

// How the inputs of a request, and then the outputs of its answer, are nested.
enum class Form { whole, row };

Shape shape_of(const TensorSpec& spec, Form form, std::int64_t rows) {
    if (form == Form::row) return spec.shape.rank() > 0 ? spec.shape.row() : spec.shape;
    return rows > 0 && spec.shape.rank() > 0 ? spec.shape.with_rows(rows) : spec.shape;
}

Content content_of(const DescribedModel& model, std::size_t input) {
    return input < model.pictures.size() && model.pictures[input] ? Content::picture
                                                                  : Content::plain;
}

// 0: any number.
std::int64_t described_rows(const DescribedModel& model) {
    return model.signature.batches() && model.signature.inputs.size() > 1 ? kPinnedRows : 0;
}

std::string title_of(const DescribedModel& model, Form form) {
    if (form == Form::row) return "one row";
    if (!model.signature.batches()) return "request";
    const std::int64_t rows = described_rows(model);
    return rows > 0 ? fmt::format("{} rows, or another number of them", rows) : "rows";
}

Json request_schema(const DescribedModel& model, Form form) {
    Json properties = Json::object(), required = Json::array();
    const auto& inputs = model.signature.inputs;
    for (std::size_t input = 0; input < inputs.size(); ++input) {
        properties[inputs[input].name] =
            tensor_schema(inputs[input], shape_of(inputs[input], form, described_rows(model)),
                          content_of(model, input), Direction::request);
        required.push_back(inputs[input].name);
    }
    return {{"title", title_of(model, form)},
            {"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)},
            {"additionalProperties", false}};
}

Json response_schema(const Signature& signature, Form form) {
    Json properties = Json::object(), required = Json::array();
    for (const TensorSpec& output : signature.outputs) {
        properties[output.name] =
            tensor_schema(output, shape_of(output, form, 0), Content::plain, Direction::response);
        required.push_back(output.name);
    }
    return {{"title", form == Form::row ? "one row" : "all rows"},
            {"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)}};
}

Json either(const DescribedModel& model, Json row, Json whole) {
    if (!model.signature.batches()) return whole;
    return {{"anyOf", {std::move(row), std::move(whole)}}};
}

std::int64_t elements_of(const DescribedModel& model, Form form) {
    std::int64_t sum = 0;
    for (const TensorSpec& input : model.signature.inputs) {
        const std::int64_t elements =
            example_elements(shape_of(input, form, described_rows(model)));
        if (elements > kMostExampleElements) return elements;
        sum += elements;
    }
    return sum;
}

Json example_of(const DescribedModel& model, Form form) {
    Json value = Json::object();
    const auto& inputs = model.signature.inputs;
    for (std::size_t input = 0; input < inputs.size(); ++input)
        value[inputs[input].name] =
            tensor_example(inputs[input], shape_of(inputs[input], form, described_rows(model)),
                           content_of(model, input));
    return {{"summary", title_of(model, form)}, {"value", std::move(value)}};
}

Json examples_of(const DescribedModel& model, std::int64_t& room) {
    Json examples = Json::object();
    const auto add = [&](const char* name, Form form) {
        const std::int64_t elements = elements_of(model, form);
        if (elements > kMostExampleElements || elements > room) return;
        room -= elements;
        examples[name] = example_of(model, form);
    };
    if (model.signature.batches()) add("row", Form::row);
    add(model.signature.batches() ? "rows" : "request", Form::whole);
    return examples;
}

std::string description_of(const DescribedModel& model, bool with_examples) {
    std::string text = fmt::format("`{}`, version {}: `{}`.", model.name, model.version,
                                   model.signature.to_string());
    if (model.signature.batches())
        text +=
            " Every value has the inputs' first dimension, the rows, or none has it: then it is "
            "one row, and so is the answer.";
    if (described_rows(model) > 0)
        text += fmt::format(
            " All inputs have the same number of rows, any: a schema cannot say so, and this one "
            "shows {}.",
            kPinnedRows);
    if (!with_examples) text += " An example would be too long for this page.";
    return text + " The header `x-request-timeout-ms` sets a deadline.";
}

// Files of all inputs, where that can be: the names of the parts are those of the inputs.
bool takes_forms(const DescribedModel& model) {
    return std::ranges::all_of(model.signature.inputs, [](const TensorSpec& input) {
        return input.type == DataType::bytes && input.shape.rank() <= 1;
    });
}

Json form_schema(const DescribedModel& model) {
    Json properties = Json::object(), required = Json::array();
    for (const TensorSpec& input : model.signature.inputs) {
        properties[input.name] = {{"type", "string"}, {"format", "binary"}};
        required.push_back(input.name);
    }
    return {{"title", "a file for each input"},
            {"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)}};
}

Json error_schema() {
    return {{"title", "Error"},
            {"type", "object"},
            {"properties", {{"detail", {{"type", "string"}}}}},
            {"required", {"detail"}}};
}

Json json_content(Json schema) {
    return {{"application/json", {{"schema", std::move(schema)}}}};
}

Json refer(const char* where, const char* name) {
    return {{"$ref", fmt::format("#/components/{}/{}", where, name)}};
}

Json retry_headers() {
    return {{"Retry-After",
             {{"description", "whole seconds; `retry-after-ms` beside it is exact"},
              {"schema", {{"type", "integer"}, {"minimum", 1}}}}}};
}

}  // namespace

Json predict_operation(const DescribedModel& model, std::string operation_id,
                       std::int64_t& example_room) {
    Json content = {{"schema", either(model, request_schema(model, Form::row),
                                      request_schema(model, Form::whole))}};
    Json examples = examples_of(model, example_room);
    const bool with_examples = !examples.empty();
    if (with_examples) content["examples"] = std::move(examples);
    Json bodies = {{"application/json", std::move(content)}};
    if (takes_forms(model)) bodies["multipart/form-data"] = {{"schema", form_schema(model)}};
    Json responses = {
        {"200",
         {{"description", "a value for each output"},
          {"content", json_content(either(model, response_schema(model.signature, Form::row),
                                          response_schema(model.signature, Form::whole)))}}}};
    for (const auto& [status, name] :
         {std::pair{"404", "NotServed"}, std::pair{"413", "TooLarge"}, std::pair{"422", "Invalid"},
          std::pair{"429", "TooMany"}, std::pair{"503", "Overloaded"},
          std::pair{"504", "DeadlinePassed"}, std::pair{"default", "Failed"}})
        responses[status] = refer("responses", name);
    return {{"tags", {"predict"}},
            {"summary", "Predict with " + model.name},
            {"description", description_of(model, with_examples)},
            {"operationId", std::move(operation_id)},
            {"requestBody", {{"required", true}, {"content", std::move(bodies)}}},
            {"responses", std::move(responses)}};
}

// As FastAPI has them. `input` is what was given.
Json component_schemas() {
    return {{"Error", error_schema()},
            {"ValidationError",
             {{"title", "ValidationError"},
              {"type", "object"},
              {"properties",
               {{"loc",
                 {{"type", "array"},
                  {"items", {{"anyOf", {{{"type", "string"}}, {{"type", "integer"}}}}}}}},
                {"msg", {{"type", "string"}}},
                {"type", {{"type", "string"}}},
                {"input", Json::object()}}},
              {"required", {"loc", "msg", "type"}}}},
            {"HTTPValidationError",
             {{"title", "HTTPValidationError"},
              {"type", "object"},
              {"properties",
               {{"detail", {{"type", "array"}, {"items", refer("schemas", "ValidationError")}}}}},
              {"required", {"detail"}}}}};
}

Json component_responses() {
    const Json error = json_content(refer("schemas", "Error"));
    const Json any = json_content({{"type", "object"}});
    return {
        {"NotServed", {{"description", "no such model is served"}, {"content", error}}},
        {"TooLarge", {{"description", "the body is too large"}, {"content", any}}},
        {"Invalid",
         {{"description", "what is wrong with the request"},
          {"content", json_content(refer("schemas", "HTTPValidationError"))}}},
        {"TooMany",
         {{"description", "more than this client's share of the queue"},
          {"headers", retry_headers()},
          {"content", error}}},
        {"Overloaded",
         {{"description", "the model has more to do than it can, or is being loaded"},
          {"headers", retry_headers()},
          {"content", any}}},
        {"DeadlinePassed",
         {{"description", "the deadline passed before there was an answer"}, {"content", error}}},
        {"Failed", {{"description", "any other error"}, {"content", any}}}};
}

}  // namespace mettle::openapi
