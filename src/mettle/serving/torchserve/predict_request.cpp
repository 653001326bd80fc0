#include "mettle/serving/torchserve/predict_request.hpp"

#include "mettle/app/form.hpp"
#include "mettle/http/media_type.hpp"
#include "mettle/http/multipart.hpp"
#include "mettle/serving/wire/json_get.hpp"
#include "mettle/serving/wire/named_rows.hpp"
#include "mettle/serving/wire/tensor_reader.hpp"
#include "mettle/serving/wire/value_text.hpp"

#include <algorithm>
#include <optional>

namespace mettle::torchserve {

namespace {

namespace json = simdjson::ondemand;
using wire::wrong;

bool is_json(std::string_view content_type) {
    return http::same_name(http::media_type(content_type), "application/json");
}

bool is_form(std::string_view content_type) {
    return http::same_name(http::media_type(content_type), "application/x-www-form-urlencoded");
}

}  // namespace

struct PredictRequestParser::State {
    enum class Form { bytes, json };

    std::optional<std::size_t> input_named(std::string_view name) const;
    Result<std::size_t> need_input(std::string_view name) const;
    bool begins_with_a_field(std::string_view form) const;

    Result<void> read(const http::Request& http);
    Result<void> read_parts(std::string_view content_type, std::string_view body);
    Result<void> read_form(std::string_view form);
    Result<void> read_json(std::string_view body);
    Result<void> read_keys(json::object object);
    Result<void> take(std::size_t input, std::string_view value, Form form);
    Result<void> take_text(std::size_t input, std::string_view text);
    Result<void> take_json(std::size_t input, std::string_view text);
    Result<void> note(std::size_t input, bool is_single);

    const Signature* signature = nullptr;
    json::parser parser;
    wire::TensorReader tensors;
    std::optional<bool> single;  // Nothing: no input has been taken yet.
};

PredictRequestParser::PredictRequestParser() : state_(std::make_unique<State>()) {}
PredictRequestParser::~PredictRequestParser() = default;

std::optional<std::size_t> PredictRequestParser::State::input_named(std::string_view name) const {
    if (const TensorSpec* spec = signature->input(name))
        return static_cast<std::size_t>(spec - signature->inputs.data());
    const bool is_the_only = signature->inputs.size() == 1 && (name == "data" || name == "body");
    return is_the_only ? std::optional<std::size_t>(0) : std::nullopt;
}

Result<std::size_t> PredictRequestParser::State::need_input(std::string_view name) const {
    if (const auto input = input_named(name)) return *input;
    return wrong("'{}' is no input; the model takes {}", name.substr(0, 100),
                 signature->to_string());
}

bool PredictRequestParser::State::begins_with_a_field(std::string_view form) const {
    const std::size_t equals = form.substr(0, form.find('&')).find('=');
    return equals != form.npos &&
           input_named(app::form_decoded(form.substr(0, equals))).has_value();
}

Result<void> PredictRequestParser::State::read(const http::Request& http) {
    const std::string_view type = http.header("content-type");
    if (http::is_multipart(type)) return read_parts(type, http.body);
    if (http.body.empty()) {
        if (!http.query.empty()) return read_form(http.query);
        return wrong("the request has no body; the model takes {}", signature->to_string());
    }
    // curl says that all it sends with --data is a form.
    if (is_form(type) && begins_with_a_field(http.body)) return read_form(http.body);
    const bool takes_bytes =
        signature->inputs.size() == 1 && signature->inputs[0].type == DataType::bytes;
    if (takes_bytes && !is_json(type)) return take(0, http.body, Form::bytes);
    return read_json(http.body);
}

Result<void> PredictRequestParser::State::read_parts(std::string_view content_type,
                                                     std::string_view body) {
    const auto parts = http::read_multipart(content_type, body);
    if (!parts) return std::unexpected(parts.error());
    const bool is_the_only = parts->size() == 1 && signature->inputs.size() == 1;
    for (const http::MultipartPart& part : *parts) {
        const auto input = is_the_only ? Result<std::size_t>(0) : need_input(part.name);
        if (!input) return std::unexpected(input.error());
        const Form form = is_json(part.content_type) ? Form::json : Form::bytes;
        if (auto taken = take(*input, part.body, form); !taken) return taken;
    }
    return {};
}

Result<void> PredictRequestParser::State::read_form(std::string_view form) {
    auto fields = app::read_form(form);
    if (!fields) return std::unexpected(fields.error());
    for (app::FormField& field : *fields) {
        const auto input = need_input(field.name);
        if (!input) return std::unexpected(input.error());
        const std::size_t size = field.value.size();
        field.value.append(simdjson::SIMDJSON_PADDING, ' ');  // Readable behind the text.
        const std::string_view value = std::string_view(field.value).substr(0, size);
        if (auto taken = take(*input, value, Form::bytes); !taken) return taken;
    }
    return {};
}

Result<void> PredictRequestParser::State::read_json(std::string_view body) {
    const std::string_view text = wire::trimmed(body);
    const bool has_keys = text.starts_with('{') && !wire::is_b64_object(text);
    if (!has_keys && signature->inputs.size() != 1)
        return wrong("send a JSON object with a key for each input: the model takes {}",
                     signature->to_string());
    if (!has_keys) return take_text(0, text);

    json::document document;
    json::object object;
    const simdjson::padded_string_view padded(text, text.size() + simdjson::SIMDJSON_PADDING);
    if (const auto error = parser.iterate(padded).get(document)) return wire::not_json(error);
    if (const auto error = document.get_object().get(object)) return wire::not_json(error);
    if (auto read = read_keys(object); !read) return read;
    if (document.current_location().error() == simdjson::SUCCESS)
        return wrong("there is something behind the request's JSON object");
    return {};
}

Result<void> PredictRequestParser::State::read_keys(json::object object) {
    for (auto key_and_value : object) {
        std::string_view key;
        json::value value;
        std::string_view text;
        METTLE_JSON_GET(key_and_value.unescaped_key(), key, "a key is not a string")
        METTLE_JSON_GET(key_and_value.value(), value, "a key has no value")
        const auto input = need_input(key);
        if (!input) return std::unexpected(input.error());
        METTLE_JSON_GET(wire::text_of(value), text, "'{}' has no value", key)
        if (auto taken = take_json(*input, text); !taken) return taken;
    }
    return {};
}

// `value` came as bytes or as JSON: numbers are JSON all the same.
Result<void> PredictRequestParser::State::take(std::size_t input, std::string_view value,
                                               Form form) {
    const bool raw = form == Form::bytes && signature->inputs[input].type == DataType::bytes;
    if (!raw) return take_text(input, wire::trimmed(value));
    const bool batches = signature->batches();
    if (auto noted = note(input, batches); !noted) return noted;
    return tensors.take_bytes(input, value);
}

// A text of the client's own, which may have more in it than one value.
Result<void> PredictRequestParser::State::take_text(std::size_t input, std::string_view text) {
    const std::string& name = signature->inputs[input].name;
    json::document document;
    std::string_view value;
    const simdjson::padded_string_view padded(text, text.size() + simdjson::SIMDJSON_PADDING);
    auto error = parser.iterate(padded).get(document);
    if (!error && (text.front() == '[' || text.front() == '{')) {
        json::value whole;
        error = document.get_value().get(whole);
        if (!error) error = wire::text_of(whole).get(value);
    } else if (!error) {
        error = document.raw_json_token().get(value);
    }
    if (error) return wrong("input '{}': its value {}", name, wire::describe(error));
    if (wire::trimmed(value) != text)
        return wrong("input '{}': there is something behind its JSON value", name);
    return take_json(input, text);
}

Result<void> PredictRequestParser::State::take_json(std::size_t input, std::string_view text) {
    const TensorSpec& spec = signature->inputs[input];
    const auto shape = wire::shape_of(text);
    const bool is_row = signature->batches() && shape && shape->rank() + 1 == spec.shape.rank();
    if (auto noted = note(input, is_row); !noted) return noted;
    return is_row ? tensors.take_row(input, text) : tensors.take_whole(input, text);
}

Result<void> PredictRequestParser::State::note(std::size_t input, bool is_single) {
    if (single.value_or(is_single) != is_single)
        return wrong("input '{}': either all inputs have a batch dimension or none has",
                     signature->inputs[input].name);
    single = is_single;
    return {};
}

Result<void> PredictRequestParser::parse(const http::Request& http, const Signature& signature,
                                         Slab& slab, PredictRequest& request) {
    State& state = *state_;
    state.signature = &signature;
    state.single.reset();
    state.tensors.begin(signature, slab, request.packed);
    if (auto read = state.read(http); !read) return read;
    const auto rows = state.tensors.finish();
    if (!rows) return std::unexpected(rows.error());
    request.rows = *rows;
    request.single = state.single.value_or(false);
    return {};
}

}  // namespace mettle::torchserve
