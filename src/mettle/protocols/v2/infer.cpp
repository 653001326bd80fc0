#include "mettle/protocols/v2/infer.hpp"

#include "mettle/payload/json_tensor.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>
#include <cstring>

namespace mettle::protocols::v2 {

namespace {

using nlohmann::json;

std::unexpected<Error> malformed(std::string message) {
    return fail(Error::Kind::protocol_violation, std::move(message));
}

std::string json_text(std::string_view text) {
    return json(text).dump();
}

void append_dims(std::string& out, const Shape& shape) {
    out += '[';
    for (std::size_t axis = 0; axis < shape.rank(); ++axis)
        out += fmt::format("{}{}", axis ? "," : "", shape[axis]);
    out += ']';
}

// The part of an input that both encodings have; its object is left open.
void open_input(std::string& out, const payload::NamedTensor& input) {
    out += fmt::format("{{\"name\":{},\"shape\":", json_text(input.name));
    append_dims(out, input.tensor.shape);
    out += fmt::format(",\"datatype\":\"{}\",", name_of(input.tensor.type));
}

std::int64_t rows_of(const payload::Tensors& inputs) {
    if (inputs.empty() || inputs[0].tensor.shape.rank() == 0) return 1;
    return inputs[0].tensor.shape[0];
}

Result<Payload> encode_json(const payload::Tensors& inputs) {
    Payload payload;
    payload.headers = {{"Content-Type", "application/json"}};
    std::string& body = payload.body;
    body = "{\"inputs\":[";
    for (const payload::NamedTensor& input : inputs) {
        if (!payload::has_json_form(input.tensor.type)) {
            return fail(Error::Kind::invalid_input,
                        fmt::format("the input '{}' is of type {}, which has no JSON form: send it "
                                    "with --binary",
                                    input.name, name_of(input.tensor.type)));
        }
        if (body.back() == '}') body += ',';
        open_input(body, input);
        body += "\"data\":";
        payload::append_json(body, input.tensor);
        body += '}';
    }
    body += "]}";
    return payload;
}

Payload encode_binary(const payload::Tensors& inputs) {
    Payload payload;
    std::string& body = payload.body;
    body = "{\"inputs\":[";
    for (const payload::NamedTensor& input : inputs) {
        if (body.back() == '}') body += ',';
        open_input(body, input);
        body +=
            fmt::format("\"parameters\":{{\"binary_data_size\":{}}}}}", input.tensor.data().size());
    }
    body += "],\"parameters\":{\"binary_data_output\":true}}";
    payload.headers = {{"Content-Type", "application/octet-stream"},
                       {"Inference-Header-Content-Length", std::to_string(body.size())}};
    for (const payload::NamedTensor& input : inputs) {
        const auto data = input.tensor.data();
        body.append(reinterpret_cast<const char*>(data.data()), data.size());
    }
    return payload;
}

Result<Shape> shape_from(const json& dims) {
    if (!dims.is_array() || dims.size() > Shape::kMaxRank)
        return malformed("an output's shape is no list of sizes");
    Shape shape;
    for (const json& dim : dims) {
        if (!dim.is_number_integer() || dim.get<std::int64_t>() < 0)
            return malformed("an output's shape is no list of sizes");
        shape.push_back(dim.get<std::int64_t>());
    }
    return shape;
}

// Takes the tensor's bytes off the front of `binary`.
Result<Tensor> tensor_from_binary(std::string_view& binary, std::int64_t size, DataType type,
                                  const Shape& shape) {
    if (size < 0 || static_cast<std::uint64_t>(size) > binary.size())
        return malformed("its binary_data_size is more than there are bytes");
    const auto count = shape.element_count();
    if (!count) return std::unexpected(count.error());
    const auto bytes = static_cast<std::size_t>(size);
    if (type != DataType::bytes && bytes != static_cast<std::size_t>(*count) * element_size(type))
        return malformed(
            fmt::format("{} bytes are no {}{}", size, name_of(type), shape.to_string()));
    Tensor tensor(type, shape, bytes);
    if (bytes > 0) std::memcpy(tensor.data().data(), binary.data(), bytes);
    binary.remove_prefix(bytes);
    return tensor;
}

Result<payload::NamedTensor> output_from(const json& item, std::string_view& binary) {
    if (!item.is_object() || !item.contains("name") || !item["name"].is_string() ||
        !item.contains("datatype") || !item["datatype"].is_string() || !item.contains("shape"))
        return malformed("an output has no name, datatype or shape");
    const auto name = item["name"].get<std::string>();
    const auto type = data_type_from_name(item["datatype"].get<std::string>());
    if (!type) return malformed(fmt::format("output '{}' is of no V2 type", name));
    const auto shape = shape_from(item["shape"]);
    if (!shape) return std::unexpected(shape.error());
    Result<Tensor> tensor = malformed("it has neither data nor binary_data_size");
    const json* size = nullptr;
    if (item.contains("parameters") && item["parameters"].is_object() &&
        item["parameters"].contains("binary_data_size"))
        size = &item["parameters"]["binary_data_size"];
    if (size && size->is_number_integer())
        tensor = tensor_from_binary(binary, size->get<std::int64_t>(), *type, *shape);
    else if (item.contains("data"))
        tensor = payload::tensor_from_json(item["data"], *type, *shape);
    if (!tensor) return malformed(fmt::format("output '{}': {}", name, tensor.error().message));
    return payload::NamedTensor{name, std::move(*tensor)};
}

const payload::NamedTensor* find(const payload::Tensors& tensors, std::string_view name) {
    for (const payload::NamedTensor& tensor : tensors) {
        if (tensor.name == name) return &tensor;
    }
    return nullptr;
}

}  // namespace

Result<Payload> encode_request(const payload::Tensors& inputs, Encoding encoding) {
    Result<Payload> payload =
        encoding == Encoding::json ? encode_json(inputs) : encode_binary(inputs);
    if (payload) payload->rows = rows_of(inputs);
    return payload;
}

std::string infer_path(std::string_view model, std::string_view version) {
    if (version.empty()) return fmt::format("/v2/models/{}/infer", model);
    return fmt::format("/v2/models/{}/versions/{}/infer", model, version);
}

Result<payload::Tensors> decode_answer(std::string_view body, std::int64_t json_size) {
    std::string_view text = body, binary;
    if (json_size >= 0) {
        if (static_cast<std::uint64_t>(json_size) > body.size())
            return malformed("its Inference-Header-Content-Length is more than its body");
        text = body.substr(0, static_cast<std::size_t>(json_size));
        binary = body.substr(static_cast<std::size_t>(json_size));
    }
    const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (object.is_discarded()) {
        // What Python's json writes for values that are not finite.
        const bool not_finite = text.find("NaN") != text.npos || text.find("Infinity") != text.npos;
        return malformed(not_finite ? "its body holds NaN or Infinity, which JSON has not"
                                    : "its body is not JSON");
    }
    if (!object.is_object() || !object.contains("outputs") || !object["outputs"].is_array())
        return malformed("its body has no 'outputs'");
    payload::Tensors outputs;
    for (const json& item : object["outputs"]) {
        auto output = output_from(item, binary);
        if (!output) return std::unexpected(output.error());
        outputs.push_back(std::move(*output));
    }
    if (!binary.empty()) return malformed("bytes follow its last output");
    return outputs;
}

Result<payload::Tensors> decode_answer(const http::ClientResponse& response) {
    std::int64_t json_size = -1;
    const std::string_view size = response.header("Inference-Header-Content-Length");
    std::from_chars(size.data(), size.data() + size.size(), json_size);
    return decode_answer(response.body, json_size);
}

std::optional<std::string> form_error(const payload::Tensors& outputs, const Signature& signature,
                                      std::int64_t rows) {
    for (const TensorSpec& spec : signature.outputs) {
        const payload::NamedTensor* output = find(outputs, spec.name);
        if (!output) return fmt::format("output '{}' is missing", spec.name);
        const Tensor& tensor = output->tensor;
        if (tensor.type != spec.type) {
            return fmt::format("output '{}' is of type {}, not {}", spec.name, name_of(tensor.type),
                               name_of(spec.type));
        }
        Shape wanted = spec.shape;
        if (signature.batches()) wanted = wanted.with_rows(rows);
        if (!wanted.accepts(tensor.shape)) {
            return fmt::format("output '{}' has shape {}, not {}", spec.name,
                               tensor.shape.to_string(), wanted.to_string());
        }
        if (const auto flaw = payload::not_finite(tensor))
            return fmt::format("output '{}' {}", spec.name, *flaw);
    }
    return {};
}

std::optional<std::string> value_error(const payload::Tensors& outputs,
                                       const payload::Tensors& expected,
                                       payload::Tolerance tolerance) {
    for (const payload::NamedTensor& right : expected) {
        const payload::NamedTensor* output = find(outputs, right.name);
        if (!output) return fmt::format("output '{}' is missing", right.name);
        if (const auto flaw = payload::difference(output->tensor, right.tensor, tolerance))
            return fmt::format("output '{}' {}", right.name, *flaw);
    }
    return {};
}

}  // namespace mettle::protocols::v2
