#include "mettle/serving/predict/request.hpp"

#include "mettle/serving/wire/json_data.hpp"
#include "mettle/serving/wire/tensor_reader.hpp"
#include "mettle/serving/wire/value_text.hpp"

#include <nlohmann/json.hpp>

namespace mettle::predict {

namespace {

namespace json = simdjson::ondemand;
using Json = nlohmann::json;

constexpr std::size_t kMostEchoed = 1024;  // Bytes of a wrong value that are said back.
constexpr std::size_t kMostMistakes = 100;

// What is wrong with a request, in FastAPI's words and form.
class Mistakes {
public:
    void add(std::string_view type, std::string_view key, std::string_view message,
             std::string_view text) {
        if (details_.size() >= kMostMistakes) return;
        Json where = Json::array({"body"});
        if (!key.empty()) where.push_back(key);
        details_.push_back(
            {{"type", type}, {"loc", where}, {"msg", message}, {"input", echo(text)}});
    }
    bool any() const { return !details_.empty(); }
    std::unexpected<Error> fail() const {
        const Json body = {{"detail", details_}};
        return mettle::fail(Error::Kind::invalid_input,
                            body.dump(-1, ' ', false, Json::error_handler_t::replace));
    }

private:
    // The value itself where it is short and JSON, else the beginning of its text.
    static Json echo(std::string_view text) {
        if (text.size() <= kMostEchoed) {
            Json value = Json::parse(text, nullptr, false);
            if (!value.is_discarded()) return value;
        }
        return std::string(text.substr(0, kMostEchoed));
    }

    Json details_ = Json::array();
};

simdjson::padded_string_view padded(std::string_view text) {
    return simdjson::padded_string_view(text, text.size() + simdjson::SIMDJSON_PADDING);
}

}  // namespace

struct RequestParser::State {
    void read_keys(std::string_view body, const Signature& signature, Mistakes& mistakes);
    simdjson::error_code read_fields(std::string_view body, const Signature& signature,
                                     Mistakes& mistakes);
    bool is_row(const TensorSpec& spec, std::string_view text) const;

    json::parser parser;
    wire::TensorReader tensors;
    std::vector<std::string_view> texts;  // By input; empty: not given.
};

RequestParser::RequestParser() : state_(std::make_unique<State>()) {}
RequestParser::~RequestParser() = default;

simdjson::error_code RequestParser::State::read_fields(std::string_view body,
                                                       const Signature& signature,
                                                       Mistakes& mistakes) {
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
        const TensorSpec* spec = signature.input(name);
        if (!spec) {
            mistakes.add("extra_forbidden", name, "Extra inputs are not permitted", text);
            continue;
        }
        auto& its = texts[static_cast<std::size_t>(spec - signature.inputs.data())];
        if (!its.empty()) mistakes.add("value_error", name, "it is given twice", text);
        its = text;
    }
    return document.current_location().error() == simdjson::SUCCESS ? simdjson::TRAILING_CONTENT
                                                                    : simdjson::SUCCESS;
}

void RequestParser::State::read_keys(std::string_view body, const Signature& signature,
                                     Mistakes& mistakes) {
    texts.assign(signature.inputs.size(), {});
    if (body.empty()) return mistakes.add("missing", "", "Field required", "null");
    const auto error = read_fields(body, signature, mistakes);
    if (error == simdjson::INCORRECT_TYPE)
        return mistakes.add("model_attributes_type", "",
                            "Input should be a JSON object with a key for each input", body);
    if (error != simdjson::SUCCESS)
        return mistakes.add("json_invalid", "", "the request " + wire::describe(error), "{}");
    for (std::size_t input = 0; input < texts.size(); ++input)
        if (texts[input].empty())
            mistakes.add("missing", signature.inputs[input].name, "Field required", body);
}

bool RequestParser::State::is_row(const TensorSpec& spec, std::string_view text) const {
    const auto shape = wire::shape_of(text);
    return shape && shape->rank() + 1 == spec.shape.rank();
}

Result<void> RequestParser::parse(std::string_view body, const Signature& signature, Slab& slab,
                                  Request& request) {
    State& state = *state_;
    Mistakes mistakes;
    state.tensors.begin(signature, slab, request.packed);
    state.read_keys(body, signature, mistakes);
    request.single = false;
    bool first = true;
    for (std::size_t input = 0; input < signature.inputs.size(); ++input) {
        const TensorSpec& spec = signature.inputs[input];
        const std::string_view text = state.texts[input];
        if (text.empty()) continue;
        const bool row = signature.batches() && state.is_row(spec, text);
        if (!first && row != request.single)
            mistakes.add("value_error", spec.name,
                         "either all inputs have a batch dimension or none has", text);
        if (first) request.single = row;
        first = false;
        const auto taken =
            row ? state.tensors.take_row(input, text) : state.tensors.take_whole(input, text);
        if (!taken) mistakes.add("value_error", spec.name, taken.error().message, text);
    }
    if (mistakes.any()) return mistakes.fail();
    const auto rows = state.tensors.finish();
    if (!rows) {
        mistakes.add("value_error", "", rows.error().message, body);
        return mistakes.fail();
    }
    request.rows = *rows;
    return {};
}

}  // namespace mettle::predict
