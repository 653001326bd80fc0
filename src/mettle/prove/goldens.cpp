#include "mettle/prove/goldens.hpp"

#include "mettle/payload/json_tensor.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <sstream>

namespace mettle::prove {
namespace {

using Json = nlohmann::json;

std::unexpected<Error> refuse(std::string what) {
    return fail(Error::Kind::invalid_input, "samples.json: " + std::move(what));
}

Result<payload::NamedTensor> tensor_of(const Json& values, const TensorSpec& spec) {
    const Shape shape = payload::shape_of_json(values);
    if (!spec.shape.accepts(shape)) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("{} has the shape {}, not {}", spec.name, shape.to_string(),
                                spec.shape.to_string()));
    }
    auto tensor = payload::tensor_from_json(values, spec.type, shape);
    if (!tensor) return fail(tensor.error().kind, spec.name + ": " + tensor.error().message);
    return payload::NamedTensor{spec.name, std::move(*tensor)};
}

// All inputs must be there; of the outputs those that the sample names.
Result<payload::Tensors> tensors_of(const Json& sample, const char* key,
                                    const std::vector<TensorSpec>& specs, bool all) {
    const auto values = sample.find(key);
    if (values == sample.end() || !values->is_object())
        return fail(Error::Kind::invalid_input, fmt::format("`{}` must be an object", key));
    payload::Tensors tensors;
    for (const TensorSpec& spec : specs) {
        const auto found = values->find(spec.name);
        if (found == values->end()) {
            if (!all) continue;
            return fail(Error::Kind::invalid_input,
                        fmt::format("{} {} is missing", key, spec.name));
        }
        auto tensor = tensor_of(*found, spec);
        if (!tensor)
            return fail(tensor.error().kind, fmt::format("{} {}", key, tensor.error().message));
        tensors.push_back(std::move(*tensor));
    }
    if (tensors.size() != values->size()) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("`{}` names a tensor that the model has not", key));
    }
    return tensors;
}

Result<Golden> golden_of(const Json& sample, const Signature& signature) {
    if (!sample.is_object()) return fail(Error::Kind::invalid_input, "must be an object");
    auto inputs = tensors_of(sample, "inputs", signature.inputs, true);
    if (!inputs) return std::unexpected(inputs.error());
    auto outputs = tensors_of(sample, "outputs", signature.outputs, false);
    if (!outputs) return std::unexpected(outputs.error());
    Golden golden{std::move(*inputs), std::make_shared<payload::Tensors>(std::move(*outputs)), {}};
    if (const auto atol = sample.find("atol"); atol != sample.end()) {
        if (!atol->is_number() || atol->get<double>() < 0)
            return fail(Error::Kind::invalid_input, "`atol` must be a number, 0 or more");
        golden.tolerance = {atol->get<double>(), 0};
    }
    return golden;
}

}  // namespace

std::optional<std::filesystem::path> find_samples(const std::filesystem::path& model,
                                                  const std::string& name) {
    std::error_code error;
    const bool folder = std::filesystem::is_directory(model, error);
    const auto beside = folder ? model : model.parent_path();
    for (const auto& file : {beside / "samples.json", beside / name / "samples.json"}) {
        if (std::filesystem::is_regular_file(file, error)) return file;
    }
    return {};
}

Result<std::vector<Golden>> parse_samples(std::string_view text, const Signature& signature) {
    const Json document = Json::parse(text, nullptr, false);
    if (document.is_discarded()) return refuse("is not JSON");
    const auto samples = document.is_object() ? document.find("samples") : document.end();
    if (samples == document.end() || !samples->is_array() || samples->empty())
        return refuse("`samples` must be a list with at least one sample");
    std::vector<Golden> goldens;
    for (std::size_t index = 0; index < samples->size(); ++index) {
        auto golden = golden_of((*samples)[index], signature);
        if (!golden) return refuse(fmt::format("sample {}: {}", index, golden.error().message));
        goldens.push_back(std::move(*golden));
    }
    return goldens;
}

Result<std::vector<Golden>> read_samples(const std::filesystem::path& path,
                                         const Signature& signature) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return refuse("cannot be read at " + path.string());
    std::ostringstream text;
    text << file.rdbuf();
    return parse_samples(text.view(), signature);
}

}  // namespace mettle::prove
