#include "mettle/serving/predict/request.hpp"

#include "mettle/http/message.hpp"
#include "mettle/http/multipart.hpp"
#include "mettle/serving/predict/mistakes.hpp"
#include "mettle/serving/wire/json_data.hpp"
#include "mettle/serving/wire/tensor_reader.hpp"
#include "mettle/serving/wire/value_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace mettle::predict {

namespace {

namespace json = simdjson::ondemand;

simdjson::padded_string_view padded(std::string_view text) {
    return simdjson::padded_string_view(text, text.size() + simdjson::SIMDJSON_PADDING);
}

bool begins_with_one_of(std::string_view text, std::span<const std::string_view> beginnings) {
    return std::ranges::any_of(beginnings, [&](std::string_view beginning) {
        return http::same_name(text.substr(0, beginning.size()), beginning);
    });
}

// Types that JSON never comes as, and the one that some clients send anything as.
bool is_raw(std::string_view content_type, const Signature& signature) {
    constexpr std::array<std::string_view, 4> kNeverJson{"image/", "audio/", "video/",
                                                         "application/octet-stream"};
    constexpr std::array<std::string_view, 1> kText{"text/plain"};
    if (begins_with_one_of(content_type, kNeverJson)) return true;
    return begins_with_one_of(content_type, kText) && signature.inputs.size() == 1 &&
           signature.inputs[0].type == DataType::bytes;
}

}  // namespace

struct RequestParser::State {
    // What was given for an input: JSON, or the bytes of elements.
    struct Given {
        std::string_view json = {};
        std::vector<std::string_view> files = {};

        bool nothing() const { return json.empty() && files.empty(); }
    };

    void begin(const Signature& signature, Slab& slab, Request& request);
    Result<void> read_values(std::string_view content_type, std::string_view body);
    void read_keys(std::string_view body);
    simdjson::error_code read_fields(std::string_view body);
    Result<void> read_parts(std::string_view content_type, std::string_view body);
    void read_part(const http::MultipartPart& part);
    void read_raw(std::string_view content_type, std::string_view body);
    void note_missing(std::string_view body);
    void take_values(Request& request);
    Result<void> take(std::size_t input, bool row);
    bool is_row(std::size_t input) const;

    Given* given_for(std::string_view name) {
        const TensorSpec* spec = signature->input(name);
        return spec ? &given[static_cast<std::size_t>(spec - signature->inputs.data())] : nullptr;
    }

    const Signature* signature = nullptr;
    Mistakes mistakes;
    json::parser parser;
    wire::TensorReader tensors;
    std::vector<Given> given;  // By input.
};

RequestParser::RequestParser() : state_(std::make_unique<State>()) {}
RequestParser::~RequestParser() = default;

void RequestParser::State::begin(const Signature& its_signature, Slab& slab, Request& request) {
    signature = &its_signature;
    mistakes = {};
    request.refusal.clear();
    request.single = false;
    given.assign(signature->inputs.size(), {});
    tensors.begin(its_signature, slab, request.packed);
}

Result<void> RequestParser::State::read_values(std::string_view content_type,
                                               std::string_view body) {
    if (http::is_multipart(content_type)) return read_parts(content_type, body);
    if (is_raw(content_type, *signature))
        read_raw(content_type, body);
    else
        read_keys(body);
    return {};
}

// ---- JSON

simdjson::error_code RequestParser::State::read_fields(std::string_view body) {
    json::document document;
    json::object object;
    if (const auto error = parser.iterate(padded(body)).get(document)) return error;
    if (const auto error = document.get_object().get(object)) return error;
    for (auto field : object) {
        std::string_view key;
        json::value value;
        std::string_view text;
        if (const auto error = field.unescaped_key().get(key)) return error;
        if (const auto error = field.value().get(value)) return error;
        const std::string name(key);
        if (const auto error = wire::text_of(value).get(text)) return error;
        Given* its = given_for(name);
        if (!its) {
            mistakes.add("extra_forbidden", name, "Extra inputs are not permitted", text);
            continue;
        }
        if (!its->nothing()) mistakes.add("value_error", name, "it is given twice", text);
        its->json = text;
    }
    return document.current_location().error() == simdjson::SUCCESS ? simdjson::TRAILING_CONTENT
                                                                    : simdjson::SUCCESS;
}

void RequestParser::State::read_keys(std::string_view body) {
    if (body.empty()) return mistakes.add("missing", "", "Field required", "null");
    const auto error = read_fields(body);
    if (error == simdjson::INCORRECT_TYPE)
        return mistakes.add("model_attributes_type", "",
                            "Input should be a JSON object with a key for each input", body);
    if (error != simdjson::SUCCESS)
        return mistakes.add("json_invalid", "", "the request " + wire::describe(error), "{}");
    note_missing(body);
}

void RequestParser::State::note_missing(std::string_view body) {
    for (std::size_t input = 0; input < given.size(); ++input)
        if (given[input].nothing())
            mistakes.add("missing", signature->inputs[input].name, "Field required", body);
}

// ---- Files

Result<void> RequestParser::State::read_parts(std::string_view content_type,
                                              std::string_view body) {
    const auto parts = http::read_multipart(content_type, body);
    if (!parts && parts.error().kind != Error::Kind::invalid_input)
        return std::unexpected(parts.error());
    if (!parts) {
        mistakes.add("multipart_invalid", "", parts.error().message, "null");
        return {};
    }
    for (const http::MultipartPart& part : *parts) read_part(part);
    note_missing("null");
    return {};
}

void RequestParser::State::read_part(const http::MultipartPart& part) {
    const bool alone = signature->inputs.size() == 1;
    Given* its = given_for(part.name);
    if (!its && alone && part.name == "data") its = &given[0];
    if (!its)
        return mistakes.add("extra_forbidden", part.name, "Extra inputs are not permitted", "null");
    const TensorSpec& spec = signature->inputs[static_cast<std::size_t>(its - given.data())];
    if (spec.type == DataType::bytes) return its->files.push_back(part.body);
    const std::string_view text = wire::trimmed(part.body);
    if (!nlohmann::json::accept(text))
        return mistakes.add("json_invalid", part.name,
                            "the part is not JSON, as it should be for " + spec.to_string(), text);
    if (!its->nothing()) mistakes.add("value_error", part.name, "it is given twice", text);
    its->json = text;
}

void RequestParser::State::read_raw(std::string_view content_type, std::string_view body) {
    if (signature->inputs.size() != 1 || signature->inputs[0].type != DataType::bytes)
        return mistakes.add(
            "value_error", "",
            fmt::format("a body of {} is for models with a single BYTES input; this one takes {}: "
                        "send JSON, or a form",
                        content_type.substr(0, 60), signature->to_string()),
            "null");
    if (body.empty()) return mistakes.add("missing", "", "Field required", "null");
    given[0].files.push_back(body);
}

// ---- From texts and bytes to tensors

bool RequestParser::State::is_row(std::size_t input) const {
    if (!signature->batches()) return false;
    if (!given[input].files.empty()) return given[input].files.size() == 1;
    const auto shape = wire::shape_of(given[input].json);
    return shape && shape->rank() + 1 == signature->inputs[input].shape.rank();
}

Result<void> RequestParser::State::take(std::size_t input, bool row) {
    const Given& its = given[input];
    if (!its.files.empty()) return tensors.take_bytes(input, its.files);
    return row ? tensors.take_row(input, its.json) : tensors.take_whole(input, its.json);
}

void RequestParser::State::take_values(Request& request) {
    bool first = true;
    for (std::size_t input = 0; input < given.size(); ++input) {
        if (given[input].nothing()) continue;
        const std::string& name = signature->inputs[input].name;
        const std::string_view text = given[input].json.empty() ? "null" : given[input].json;
        const bool row = is_row(input);
        if (!first && row != request.single)
            mistakes.add("value_error", name,
                         "either all inputs have a batch dimension or none has", text);
        if (first) request.single = row;
        first = false;
        if (const auto taken = take(input, row); !taken)
            mistakes.add("value_error", name, taken.error().message, text);
    }
}

Result<void> RequestParser::parse(std::string_view content_type, std::string_view body,
                                  const Signature& signature, Slab& slab, Request& request) {
    State& state = *state_;
    state.begin(signature, slab, request);
    if (auto read = state.read_values(content_type, body); !read) return read;
    state.take_values(request);
    if (!state.mistakes.any()) {
        const auto rows = state.tensors.finish();
        if (rows) {
            request.rows = *rows;
            return {};
        }
        state.mistakes.add("value_error", "", rows.error().message,
                           http::is_multipart(content_type) ? "null" : body);
    }
    request.refusal = state.mistakes.body();
    return fail(Error::Kind::invalid_input, state.mistakes.sentence());
}

}  // namespace mettle::predict
