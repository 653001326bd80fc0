#include "mettle/serving/v2/infer_request.hpp"

#include "mettle/serving/v2/input_reader.hpp"
#include "mettle/serving/v2/output_reader.hpp"
#include "mettle/serving/v2/raw_request.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace mettle::v2 {

struct InferRequestParser::State {
    Result<void> root(json::object object);
    Result<void> parameters(json::object object);

    const Signature* signature = nullptr;
    InferRequest* request = nullptr;
    InputReader inputs;
    json::parser parser;
};

Result<void> InferRequestParser::State::root(json::object object) {
    bool has_inputs = false;
    for (auto field : object) {
        std::string_view key;
        json::value value;
        METTLE_V2_GET(field.unescaped_key(), key, "a key is not a string")
        METTLE_V2_GET(field.value(), value, "a key has no value")
        if (key == "inputs") {
            if (std::exchange(has_inputs, true)) return wrong("'inputs' is given twice");
            json::array array;
            METTLE_V2_GET(value.get_array(), array, "'inputs' is not an array of objects")
            if (auto read = inputs.read(array); !read) return read;
        } else if (key == "outputs") {
            json::array array;
            METTLE_V2_GET(value.get_array(), array, "'outputs' is not an array of objects")
            if (!request->outputs.empty()) return wrong("'outputs' is given twice");
            if (auto read = read_outputs(array, *signature, request->outputs); !read) return read;
        } else if (key == "id") {
            std::string_view id;
            METTLE_V2_GET(value.get_string(), id, "'id' is not a string")
            request->id = id;
            request->has_id = true;
        } else if (key == "parameters") {
            json::object inside;
            METTLE_V2_GET(value.get_object(), inside, "'parameters' is not an object")
            if (auto read = parameters(inside); !read) return read;
        }
    }
    if (!has_inputs) return wrong("the request has no 'inputs'");
    return {};
}

Result<void> InferRequestParser::State::parameters(json::object object) {
    for (auto field : object) {
        std::string_view key;
        json::value value;
        METTLE_V2_GET(field.unescaped_key(), key, "a parameter's name is not a string")
        METTLE_V2_GET(field.value(), value, "a parameter has no value")
        if (key == "binary_data_output") {
            METTLE_V2_GET(value.get_bool(), request->binary_by_default,
                          "parameter 'binary_data_output' is not true or false")
        } else if (key == "timeout") {
            METTLE_V2_GET(value.get_uint64(), request->timeout_us,
                          "parameter 'timeout' is not a whole number of microseconds")
        } else if (key == "priority") {
            METTLE_V2_GET(value.get_uint64(), request->priority,
                          "parameter 'priority' is not a whole number")
        } else if (key.starts_with("triton_")) {
            return wrong("parameter '{}': names that begin with triton_ are reserved", key);
        }
    }
    return {};
}

void InferRequest::clear() {
    id.clear();
    has_id = false;
    binary_by_default = false;
    outputs.clear();
    timeout_us = priority = 0;
    rows = 1;
}

namespace {

Result<void> parse_raw(std::string_view body, const Signature& signature, Slab& slab,
                       InferRequest& request) {
    request.clear();
    request.binary_by_default = true;
    request.packed.resize(std::max<std::size_t>(request.packed.size(), 1));
    const auto rows = read_raw(body, signature, slab, request.packed.front());
    if (!rows) return std::unexpected(rows.error());
    request.rows = *rows;
    return {};
}

}  // namespace

InferRequestParser::InferRequestParser() : state_(std::make_unique<State>()) {}
InferRequestParser::~InferRequestParser() = default;

Result<void> InferRequestParser::parse(std::string_view body, std::optional<std::size_t> json_size,
                                       const Signature& signature, Slab& slab,
                                       InferRequest& request) {
    if (json_size == 0) return parse_raw(body, signature, slab, request);
    State& state = *state_;
    const std::string_view text = body.substr(0, json_size.value_or(body.size()));
    request.clear();
    state.signature = &signature;
    state.request = &request;
    state.inputs.begin(signature, slab, body.substr(text.size()), request.packed);

    json::document document;
    json::object object;
    const simdjson::padded_string_view padded(text, text.size() + simdjson::SIMDJSON_PADDING);
    if (const auto error = state.parser.iterate(padded).get(document)) return not_json(error);
    if (const auto error = document.get_object().get(object)) return not_json(error);
    if (auto read = state.root(object); !read) return read;
    // At the end there is no current place.
    if (document.current_location().error() == simdjson::SUCCESS) {
        return wrong("there is something behind the request's JSON object");
    }
    const auto rows = state.inputs.finish();
    if (!rows) return std::unexpected(rows.error());
    request.rows = *rows;
    return {};
}

Result<std::optional<std::size_t>> parse_json_size(std::string_view header, std::size_t body_size) {
    if (header.empty()) return std::nullopt;
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), size);
    if (error != std::errc{} || end != header.data() + header.size())
        return wrong("Inference-Header-Content-Length '{}' is not a number of bytes", header);
    if (size > body_size)
        return wrong("Inference-Header-Content-Length is {}, and the body has {} bytes", size,
                     body_size);
    return size;
}

}  // namespace mettle::v2
