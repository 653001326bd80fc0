#include "mettle/serving/v2/infer_response.hpp"

#include "mettle/serving/v2/classification.hpp"
#include "mettle/serving/wire/tensor_json.hpp"

#include <fmt/format.h>

#include <vector>

namespace mettle::v2 {

namespace {

void append_integer(std::string& out, std::int64_t value) {
    const fmt::format_int digits(value);
    out.append(digits.data(), digits.size());
}

void append_shape(std::string& out, const Shape& shape) {
    out += '[';
    for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
        if (axis > 0) out += ',';
        append_integer(out, shape[axis]);
    }
    out += ']';
}

void append_text(std::string& out, std::span<const std::byte> bytes) {
    out.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

class Encoder {
public:
    Encoder(const ServedModel& model, const InferRequest& request, const Slab& slab,
            http::Response& response)
        : model_(model), request_(request), slab_(slab), response_(response), out_(response.body) {}

    Result<void> encode() {
        begin();
        const std::size_t count =
            request_.outputs.empty() ? model_.signature().outputs.size() : request_.outputs.size();
        for (std::size_t at = 0; at < count; ++at) {
            if (at > 0) out_ += ',';
            const auto output = request_.outputs.empty()
                                    ? InferRequest::Output{static_cast<std::uint32_t>(at), {}}
                                    : request_.outputs[at];
            if (auto added = add(output); !added) return added;
        }
        out_ += "]}";
        finish(count);
        return {};
    }

private:
    void begin() {
        out_ += R"({"model_name":)";
        wire::append_string(out_, model_.name());
        out_.append(R"(,"model_version":")").append(model_.version()).append("\"");
        if (request_.has_id) {
            out_ += R"(,"id":)";
            wire::append_string(out_, request_.id);
        }
        out_ += R"(,"outputs":[)";
    }

    Result<void> add(const InferRequest::Output& output) {
        const TensorSpec& spec = model_.signature().outputs[output.index];
        TensorView tensor = slab_.output(output.index);
        if (output.classes > 0) {
            const auto classes = classes_of(tensor, output.classes, spec);
            if (!classes) return std::unexpected(classes.error());
            tensor = *classes;
        }
        out_ += R"({"name":)";
        wire::append_string(out_, spec.name);
        out_.append(R"(,"datatype":")").append(name_of(tensor.type)).append(R"(","shape":)");
        append_shape(out_, tensor.shape);
        if (output.binary.value_or(request_.binary_by_default)) {
            out_ += R"(,"parameters":{"binary_data_size":)";
            append_integer(out_, static_cast<std::int64_t>(tensor.data.size()));
            out_ += "}}";
            has_binary_ = true;
            return {};
        }
        if (tensor.type == DataType::fp16 || tensor.type == DataType::bf16) {
            return fail(Error::Kind::invalid_input,
                        fmt::format("output '{}' is {}, which has no JSON form: ask for it with "
                                    "'binary_data': true",
                                    spec.name, name_of(tensor.type)));
        }
        out_ += R"(,"data":)";
        wire::append_elements(out_, tensor);
        out_ += '}';
        return {};
    }

    Result<TensorView> classes_of(const TensorView& whole, std::uint64_t count,
                                  const TensorSpec& spec) {
        const bool by_row = model_.signature().batches();
        auto classes = classify(whole, count, by_row, model_.labels());
        if (!classes)
            return fail(classes.error().kind,
                        fmt::format("output '{}': {}", spec.name, classes.error().message));
        classified_.push_back(*std::move(classes));
        return classified_.back().view();
    }

    void finish(std::size_t count) {
        if (!has_binary_) return;
        response_.content_type = "application/octet-stream";
        const fmt::format_int json_size(out_.size());
        response_.add_header("Inference-Header-Content-Length",
                             {json_size.data(), json_size.size()});
        std::size_t classes = 0;
        for (std::size_t at = 0; at < count; ++at) {
            const auto output = request_.outputs.empty()
                                    ? InferRequest::Output{static_cast<std::uint32_t>(at), {}}
                                    : request_.outputs[at];
            if (output.binary.value_or(request_.binary_by_default))
                append_text(out_, output.classes > 0 ? classified_[classes].data()
                                                     : slab_.output(output.index).data);
            if (output.classes > 0) ++classes;
        }
    }

    const ServedModel& model_;
    const InferRequest& request_;
    const Slab& slab_;
    http::Response& response_;
    std::string& out_;
    bool has_binary_ = false;
    std::vector<Tensor> classified_;  // Outputs that are given as classes, in their order.
};

}  // namespace

Result<void> encode_response(const ServedModel& model, const InferRequest& request,
                             const Slab& slab, http::Response& response) {
    return Encoder(model, request, slab, response).encode();
}

}  // namespace mettle::v2
