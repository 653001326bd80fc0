#include "mettle/serving/tfs/predict_request.hpp"

#include "mettle/serving/wire/json_get.hpp"
#include "mettle/serving/wire/named_rows.hpp"
#include "mettle/serving/wire/tensor_reader.hpp"
#include "mettle/serving/wire/value_text.hpp"

#include <utility>

namespace mettle::tfs {

namespace {

namespace json = simdjson::ondemand;
using wire::wrong;

// The keys of a request, by the text of their values; empty: not given.
struct Keys {
    std::string_view instances;
    std::string_view inputs;
    std::string_view examples;
    std::string_view context;
};

simdjson::padded_string_view padded(std::string_view text) {
    return simdjson::padded_string_view(text, text.size() + simdjson::SIMDJSON_PADDING);
}

Result<void> check_signature(json::value value) {
    std::string_view name;
    METTLE_JSON_GET(value.get_string(), name, "'signature_name' is not a string")
    if (name.empty() || name == "serving_default") return {};
    return wrong(
        "Serving signature name: \"{}\" not found in signature def; there is only "
        "\"serving_default\"",
        name);
}

Result<void> take_key(std::string_view key, json::value value, Keys& keys) {
    if (key == "signature_name") return check_signature(value);
    std::string_view* const text = key == "instances"  ? &keys.instances
                                   : key == "inputs"   ? &keys.inputs
                                   : key == "examples" ? &keys.examples
                                   : key == "context"  ? &keys.context
                                                       : nullptr;
    if (!text) return {};
    if (!text->empty()) return wrong("'{}' is given twice", key);
    if (const auto error = wire::text_of(value).get(*text)) return wire::not_json(error);
    return {};
}

}  // namespace

struct PredictRequestParser::State {
    Result<Keys> read_keys(std::string_view body);
    Result<void> read_instances(std::string_view text, PredictRequest& request);
    Result<void> read_inputs(std::string_view text);
    Result<void> finish(PredictRequest& request);

    const Signature* signature = nullptr;
    json::parser parser;
    wire::TensorReader tensors;
    wire::NamedRows named_rows;
};

PredictRequestParser::PredictRequestParser() : state_(std::make_unique<State>()) {}
PredictRequestParser::~PredictRequestParser() = default;

Result<Keys> PredictRequestParser::State::read_keys(std::string_view body) {
    json::document document;
    json::object object;
    if (body.empty()) return wrong(R"(the request has no body; send {{"instances":[...]}})");
    if (const auto error = parser.iterate(padded(body)).get(document)) return wire::not_json(error);
    METTLE_JSON_GET(document.get_object(), object,
                    R"(the request is not a JSON object of the form {{"instances":[...]}})")
    Keys keys;
    for (auto field : object) {
        std::string_view key;
        json::value value;
        METTLE_JSON_GET(field.unescaped_key(), key, "a key is not a string")
        METTLE_JSON_GET(field.value(), value, "a key has no value")
        if (auto taken = take_key(key, value, keys); !taken) return std::unexpected(taken.error());
    }
    if (document.current_location().error() == simdjson::SUCCESS)
        return wrong("there is something behind the request's JSON object");
    return keys;
}

Result<void> PredictRequestParser::State::read_instances(std::string_view text,
                                                         PredictRequest& request) {
    if (!text.starts_with('[')) return wrong("'instances' is not an array");
    const auto shape = wire::shape_of(text);
    if (shape && (*shape)[0] == 0) return wrong("'instances' is empty: send at least one");
    const bool named = wire::first_is_named(text);
    if (named) {
        auto read = named_rows.read(parser, text, *signature, "instance");
        if (!read) return read;
        request.items = static_cast<std::int64_t>(named_rows.size());
        return named_rows.give_to(tensors);
    }
    if (signature->inputs.size() != 1)
        return wrong("an instance is an object with a key for each input: the model takes {}",
                     signature->to_string());
    auto taken = tensors.take_whole(0, text);
    if (taken) request.items = shape.value()[0];
    return taken;
}

Result<void> PredictRequestParser::State::read_inputs(std::string_view text) {
    const bool bare = !text.starts_with('{') || wire::is_b64_object(text);
    if (bare && signature->inputs.size() != 1)
        return wrong("'inputs' is an object with a key for each input: the model takes {}",
                     signature->to_string());
    if (bare) return tensors.take_whole(0, text);
    auto read = named_rows.read_one(parser, text, *signature, "'inputs'");
    if (!read) return read;
    for (std::size_t input = 0; input < signature->inputs.size(); ++input) {
        if (auto taken = tensors.take_whole(input, named_rows.text(input)); !taken) return taken;
    }
    return {};
}

Result<void> PredictRequestParser::State::finish(PredictRequest& request) {
    const auto rows = tensors.finish();
    if (!rows) return std::unexpected(rows.error());
    request.rows = *rows;
    return {};
}

Result<void> PredictRequestParser::parse(std::string_view body, const Signature& signature,
                                         Slab& slab, PredictRequest& request) {
    State& state = *state_;
    state.signature = &signature;
    state.tensors.begin(signature, slab, request.packed);
    const auto keys = state.read_keys(body);
    if (!keys) return std::unexpected(keys.error());
    if (!keys->instances.empty() && !keys->inputs.empty())
        return wrong("the request has both 'instances' and 'inputs': send one of them");
    if (keys->instances.empty() && keys->inputs.empty())
        return wrong("the request has neither 'instances' nor 'inputs'");
    request.by_row = !keys->instances.empty();
    auto read = request.by_row ? state.read_instances(keys->instances, request)
                               : state.read_inputs(keys->inputs);
    if (!read) return read;
    return state.finish(request);
}

Result<void> PredictRequestParser::parse_examples(std::string_view body, const Signature& signature,
                                                  Slab& slab, PredictRequest& request) {
    State& state = *state_;
    state.signature = &signature;
    state.tensors.begin(signature, slab, request.packed);
    const auto keys = state.read_keys(body);
    if (!keys) return std::unexpected(keys.error());
    if (!keys->examples.starts_with('[')) return wrong("the request has no array 'examples'");
    if (!keys->context.empty() && !keys->context.starts_with('{'))
        return wrong("'context' is not an object");
    auto read =
        state.named_rows.read(state.parser, keys->examples, signature, "example", keys->context);
    if (!read) return read;
    request.by_row = true;
    request.items = static_cast<std::int64_t>(state.named_rows.size());
    if (request.items == 0) return wrong("'examples' is empty: send at least one");
    if (auto given = state.named_rows.give_to(state.tensors); !given) return given;
    return state.finish(request);
}

}  // namespace mettle::tfs
