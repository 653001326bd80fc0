#include "mettle/serving/invocations/request.hpp"

#include "mettle/http/media_type.hpp"
#include "mettle/serving/invocations/csv.hpp"
#include "mettle/serving/invocations/frame.hpp"
#include "mettle/serving/wire/json_get.hpp"
#include "mettle/serving/wire/tensor_reader.hpp"
#include "mettle/serving/wire/value_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace mettle::invocations {

namespace {

namespace json = simdjson::ondemand;
using wire::wrong;

constexpr std::string_view kForms =
    "send exactly one of dataframe_split, dataframe_records, instances and inputs";

// The key that has the values, and their text.
struct Values {
    std::string key;
    std::string_view text;
};

bool is_form(std::string_view key) {
    constexpr std::array<std::string_view, 4> kKeys = {"dataframe_split", "dataframe_records",
                                                       "instances", "inputs"};
    return std::ranges::find(kKeys, key) != kKeys.end();
}

}  // namespace

struct RequestParser::State {
    Result<Values> read_keys(std::string_view body);
    Result<void> read_json(std::string_view body, Slab& slab, Request& request);
    Result<void> give_frame(Frame& frame, Request& request);

    const Signature* signature = nullptr;
    json::parser parser;
    wire::TensorReader tensors;
    tfs::PredictRequestParser tensor_parser;
};

RequestParser::RequestParser() : state_(std::make_unique<State>()) {}
RequestParser::~RequestParser() = default;

Result<Values> RequestParser::State::read_keys(std::string_view body) {
    json::document document;
    json::object object;
    const simdjson::padded_string_view padded(body, body.size() + simdjson::SIMDJSON_PADDING);
    METTLE_JSON_GET(parser.iterate(padded), document, "the request is not a JSON object: {}",
                    kForms)
    METTLE_JSON_GET(document.get_object(), object, "the request is not a JSON object: {}", kForms)
    Values values;
    for (auto field : object) {
        std::string_view key;
        json::value value;
        METTLE_JSON_GET(field.unescaped_key(), key, "a key is not a string")
        METTLE_JSON_GET(field.value(), value, "a key has no value")
        if (is_form(key)) {
            if (!values.key.empty())
                return wrong("the request has '{}' and '{}': {}", values.key, key, kForms);
            values.key = key;
            METTLE_JSON_GET(wire::text_of(value), values.text, "'{}' has no value", values.key)
        } else if (key == "params") {
            json::object params;
            METTLE_JSON_GET(value.get_object(), params, "'params' is not an object")
        } else if (key != "signature_name") {  // Of TF Serving's requests, which `instances` are.
            return wrong("unexpected key '{}': {}", key.substr(0, 100), kForms);
        }
    }
    if (document.current_location().error() == simdjson::SUCCESS)
        return wrong("there is something behind the request's JSON object");
    if (values.key.empty()) return wrong("the request has no values: {}", kForms);
    return values;
}

Result<void> RequestParser::State::read_json(std::string_view body, Slab& slab, Request& request) {
    const auto values = read_keys(body);
    if (!values) return std::unexpected(values.error());
    request.by_row = values->key.starts_with("dataframe_");
    if (!request.by_row) {
        auto read = tensor_parser.parse(body, *signature, slab, request.tensors);
        request.rows = request.tensors.rows;
        return read;
    }
    Frame frame;
    auto read = values->key == "dataframe_split" ? read_split(values->text, frame)
                                                 : read_records(values->text, frame);
    return read ? give_frame(frame, request) : read;
}

Result<void> RequestParser::State::give_frame(Frame& frame, Request& request) {
    if (auto given = give(frame, *signature, tensors); !given) return given;
    const auto rows = tensors.finish();
    if (!rows) return std::unexpected(rows.error());
    request.rows = *rows;
    return {};
}

Result<void> RequestParser::parse(const http::Request& http, const Signature& signature, Slab& slab,
                                  Request& request) {
    State& state = *state_;
    state.signature = &signature;
    state.tensors.begin(signature, slab, request.packed);
    const std::string_view type = http::media_type(http.header("content-type"));
    const bool is_csv = http::same_name(type, "text/csv");
    if (!is_csv && !type.empty() && !http::same_name(type, "application/json"))
        return fail(Error::Kind::unsupported,
                    fmt::format("Content-Type '{}' is not taken here: application/json or text/csv",
                                type.substr(0, 100)));
    if (http.body.empty()) return wrong("the request has no body: {}", kForms);
    if (!is_csv) return state.read_json(http.body, slab, request);
    request.by_row = true;
    Frame frame;
    const CsvHeader header = csv_header(http.header("content-type"));
    if (auto read = read_csv(http.body, signature, header, frame); !read) return read;
    return state.give_frame(frame, request);
}

}  // namespace mettle::invocations
