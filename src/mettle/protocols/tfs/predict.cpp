#include "mettle/protocols/tfs/predict.hpp"

#include "mettle/base/base64.hpp"
#include "mettle/payload/json_tensor.hpp"
#include "mettle/protocols/tfs/metadata.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace mettle::protocols::tfs {

namespace {

using nlohmann::json;

std::unexpected<Error> malformed(std::string message) {
    return fail(Error::Kind::protocol_violation, std::move(message));
}

bool has_rows(const TensorSpec& spec) {
    return spec.shape.rank() > 0 && spec.shape[0] < 0;
}

std::int64_t rows_of(const payload::Tensors& inputs) {
    if (inputs.empty() || inputs[0].tensor.shape.rank() == 0) return 1;
    return inputs[0].tensor.shape[0];
}

// Elements [at, at + count) nested as `dims`, by what `write` puts for each.
template <typename Write>
void append_nested(std::string& out, std::span<const std::int64_t> dims, std::size_t& at,
                   const Write& write) {
    if (dims.empty()) return write(out, at++);
    out += '[';
    for (std::int64_t index = 0; index < dims[0]; ++index) {
        if (index > 0) out += ',';
        append_nested(out, dims.subspan(1), at, write);
    }
    out += ']';
}

// Writes elements of one tensor.
class ElementWriter {
public:
    explicit ElementWriter(const Tensor& tensor) : tensor_(tensor) {
        if (tensor.type != DataType::bytes) return;
        const auto count = tensor.shape.element_count().value_or(0);
        texts_ = split_bytes(tensor.data(), count).value_or(std::vector<std::string_view>());
    }
    void operator()(std::string& out, std::size_t at) const {
        if (tensor_.type == DataType::bytes) {
            out += fmt::format("{{\"b64\":\"{}\"}}", to_base64(texts_[at]));
            return;
        }
        payload::append_json_value(out, tensor_, at);
    }

private:
    const Tensor& tensor_;
    std::vector<std::string_view> texts_;
};

std::string json_text(std::string_view text) {
    return json(text).dump();
}

std::string open_body(std::string_view signature_name, std::string_view key) {
    std::string body = "{";
    if (!signature_name.empty() && signature_name != "serving_default")
        body += fmt::format("\"signature_name\":{},", json_text(signature_name));
    return body + fmt::format("\"{}\":", key);
}

void append_columns(std::string& body, const payload::Tensors& inputs) {
    if (inputs.size() != 1) body += '{';
    for (const payload::NamedTensor& input : inputs) {
        if (&input != inputs.data()) body += ',';
        if (inputs.size() != 1) body += json_text(input.name) + ':';
        std::size_t at = 0;
        append_nested(body, input.tensor.shape.dims(), at, ElementWriter(input.tensor));
    }
    if (inputs.size() != 1) body += '}';
}

Result<void> append_rows(std::string& body, const payload::Tensors& inputs) {
    const std::int64_t rows = rows_of(inputs);
    std::vector<ElementWriter> writers;
    for (const payload::NamedTensor& input : inputs) {
        if (input.tensor.shape.rank() == 0 || input.tensor.shape[0] != rows)
            return fail(Error::Kind::invalid_input,
                        "the inputs have different numbers of rows, which the row format cannot "
                        "say: use --columnar");
        writers.emplace_back(input.tensor);
    }
    std::vector<std::size_t> at(inputs.size());
    body += '[';
    for (std::int64_t row = 0; row < rows; ++row) {
        if (row > 0) body += ',';
        if (inputs.size() != 1) body += '{';
        for (std::size_t index = 0; index < inputs.size(); ++index) {
            if (index > 0) body += ',';
            if (inputs.size() != 1) body += json_text(inputs[index].name) + ':';
            append_nested(body, inputs[index].tensor.shape.dims().subspan(1), at[index],
                          writers[index]);
        }
        if (inputs.size() != 1) body += '}';
    }
    body += ']';
    return {};
}

// {"b64": ...} for what it stands for. As deep as a tensor may be.
void decode_texts(json& value, std::size_t depth = 0) {
    if (value.is_array() && depth < Shape::kMaxRank) {
        for (json& item : value) decode_texts(item, depth + 1);
    } else if (value.is_object() && value.size() == 1 && value.contains("b64") &&
               value["b64"].is_string()) {
        if (auto bytes = from_base64(value["b64"].get_ref<const std::string&>()))
            value = std::move(*bytes);
    }
}

Result<payload::NamedTensor> output_from(const TensorSpec& spec, json data) {
    if (spec.type == DataType::bytes) decode_texts(data);
    auto tensor = payload::tensor_from_json(data, spec.type, payload::shape_of_json(data));
    if (!tensor)
        return malformed(fmt::format("output '{}': {}", spec.name, tensor.error().message));
    return payload::NamedTensor{spec.name, std::move(*tensor)};
}

// Of {"predictions": [...]}, the values of one output in all rows.
Result<json> column_of(const json& predictions, const TensorSpec& spec, bool only) {
    if (only) return predictions;
    json column = json::array();
    for (const json& row : predictions) {
        if (!row.is_object() || !row.contains(spec.name))
            return malformed(
                fmt::format("output '{}' is missing in row {}", spec.name, column.size()));
        column.push_back(row[spec.name]);
    }
    return column;
}

Result<json> output_data(const json& object, const TensorSpec& spec, bool only) {
    if (object.contains("predictions")) {
        if (!object["predictions"].is_array()) return malformed("its predictions are no list");
        return column_of(object["predictions"], spec, only);
    }
    const json& outputs = object["outputs"];
    if (only) return outputs;
    if (!outputs.is_object() || !outputs.contains(spec.name))
        return malformed(fmt::format("output '{}' is missing", spec.name));
    return outputs[spec.name];
}

class TfsApi final : public ModelApi {
public:
    TfsApi(PredictModel model, Format format) : model_(std::move(model)), format_(format) {}

    std::string path() const override {
        return model_path(model_.name, model_.version) + ":predict";
    }
    Result<v2::Payload> encode(const payload::Tensors& inputs) const override {
        return encode_request(inputs, format_, model_.signature_name);
    }
    Result<payload::Tensors> decode(const Answer& answer) const override {
        return decode_answer(answer.body, model_.signature);
    }

private:
    PredictModel model_;
    Format format_;
};

}  // namespace

Format natural_format(const Signature& signature) {
    return std::ranges::all_of(signature.inputs, has_rows) ? Format::row : Format::columnar;
}

Result<v2::Payload> encode_request(const payload::Tensors& inputs, Format format,
                                   std::string_view signature_name) {
    v2::Payload payload;
    payload.headers = {{"Content-Type", "application/json"}};
    payload.rows = rows_of(inputs);
    payload.body = open_body(signature_name, format == Format::row ? "instances" : "inputs");
    if (format == Format::columnar)
        append_columns(payload.body, inputs);
    else if (auto appended = append_rows(payload.body, inputs); !appended)
        return std::unexpected(appended.error());
    payload.body += '}';
    return payload;
}

Result<payload::Tensors> decode_answer(std::string_view body, const Signature& signature) {
    const json object = json::parse(body, nullptr, /*allow_exceptions=*/false);
    if (object.is_discarded()) {
        for (const std::string_view token : {"NaN", "Infinity"}) {
            if (body.contains(token)) return malformed(fmt::format("it has a value {}", token));
        }
        return malformed("its body is not JSON");
    }
    if (!object.is_object() || object.contains("predictions") == object.contains("outputs"))
        return malformed("its body has no 'predictions' and no 'outputs'");
    payload::Tensors outputs;
    for (const TensorSpec& spec : signature.outputs) {
        auto data = output_data(object, spec, signature.outputs.size() == 1);
        if (!data) return std::unexpected(data.error());
        auto output = output_from(spec, std::move(*data));
        if (!output) return std::unexpected(output.error());
        outputs.push_back(std::move(*output));
    }
    return outputs;
}

std::shared_ptr<const ModelApi> make_api(PredictModel model, Format format) {
    return std::make_shared<TfsApi>(std::move(model), format);
}

}  // namespace mettle::protocols::tfs
