#include "mettle/serving/tfs/predict_response.hpp"

#include "mettle/serving/wire/tensor_json.hpp"

#include <fmt/format.h>

#include <optional>
#include <vector>

namespace mettle::tfs {

namespace {

using wire::ElementForm;
using wire::RowWriter;

// As TF Serving writes numbers: 1.0 is not 1, and NaN is a bare token. Outputs whose name ends in
// "_bytes" are no text.
ElementForm form_of(const TensorSpec& spec) {
    return {.point = true, .b64 = spec.name.ends_with("_bytes")};
}

std::unexpected<Error> wrong(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

bool has_rows(const TensorView& tensor, std::int64_t rows) {
    return tensor.shape.rank() > 0 && tensor.shape[0] == rows;
}

Result<void> check_rows(const Signature& signature, const PredictRequest& request,
                        const Slab& slab) {
    for (std::size_t at = 0; at < signature.outputs.size(); ++at) {
        const TensorView tensor = slab.output(at);
        if (has_rows(tensor, request.items)) continue;
        return wrong(fmt::format(
            "Tensor name: {} has inconsistent batch size: its shape is {}, and there are {} "
            "instances; send 'inputs' instead of 'instances'",
            signature.outputs[at].name, tensor.shape.to_string(), request.items));
    }
    return {};
}

void append_key(std::string& out, const TensorSpec& spec) {
    wire::append_string(out, spec.name);
    out += ':';
}

void encode_rows(const Signature& signature, std::int64_t rows, const Slab& slab,
                 std::string& out) {
    std::vector<RowWriter> writers;
    for (std::size_t at = 0; at < signature.outputs.size(); ++at)
        writers.emplace_back(slab.output(at), form_of(signature.outputs[at]));
    const bool named = writers.size() > 1;
    for (std::int64_t row = 0; row < rows; ++row) {
        if (row > 0) out += ',';
        for (std::size_t at = 0; at < writers.size(); ++at) {
            if (named) {
                out += at == 0 ? '{' : ',';
                append_key(out, signature.outputs[at]);
            }
            writers[at].append(out);
        }
        if (named) out += '}';
    }
}

void encode_columns(const Signature& signature, const Slab& slab, std::string& out) {
    const bool named = signature.outputs.size() > 1;
    for (std::size_t at = 0; at < signature.outputs.size(); ++at) {
        const TensorSpec& spec = signature.outputs[at];
        if (named) {
            out += at == 0 ? '{' : ',';
            append_key(out, spec);
        }
        wire::append_nested(out, slab.output(at), form_of(spec));
    }
    if (named) out += '}';
}

// The output that says how much each class is the right one: floating-point numbers, where there
// are several the one that is named so.
std::optional<std::size_t> find_scores(const Signature& signature) {
    std::optional<std::size_t> found;
    for (std::size_t at = 0; at < signature.outputs.size(); ++at) {
        const TensorSpec& spec = signature.outputs[at];
        if (!is_floating(spec.type)) continue;
        const bool is_named = spec.name.contains("score") || spec.name.contains("prob");
        if (is_named) return at;
        if (!found) found = at;
    }
    return found;
}

// The output that has the classes' own names, one for each score.
std::optional<std::size_t> find_classes(const Signature& signature, const Slab& slab,
                                        const Shape& scores) {
    for (std::size_t at = 0; at < signature.outputs.size(); ++at) {
        const bool is_text = signature.outputs[at].type == DataType::bytes;
        if (is_text && slab.output(at).shape == scores) return at;
    }
    return {};
}

// Numbers of one floating-point type, one by one.
class Scores {
public:
    explicit Scores(const TensorView& tensor)
        : tensor_{tensor.type, Shape{tensor.shape.element_count().value_or(0)}, tensor.data},
          writer_(tensor_, {.point = true}) {}
    void append(std::string& out) { writer_.append(out); }

private:
    TensorView tensor_;
    RowWriter writer_;
};

}  // namespace

Result<void> encode_predictions(const Signature& signature, const PredictRequest& request,
                                const Slab& slab, std::string& out) {
    if (request.by_row) {
        if (auto checked = check_rows(signature, request, slab); !checked) return checked;
        out += R"({"predictions":[)";
        encode_rows(signature, request.items, slab, out);
        out += "]}";
    } else {
        out += R"({"outputs":)";
        encode_columns(signature, slab, out);
        out += '}';
    }
    return {};
}

Result<void> encode_classes(const Signature& signature, const PredictRequest& request,
                            const Slab& slab, std::span<const std::string> labels,
                            std::string& out) {
    const auto which = find_scores(signature);
    if (!which || !has_rows(slab.output(*which), request.items))
        return wrong(fmt::format("the model has no output with scores for each example: {}",
                                 signature.to_string()));
    const TensorView scores = slab.output(*which);
    const std::int64_t classes = scores.shape.element_count().value() / request.items;
    Scores numbers(scores);
    std::vector<std::string_view> texts;
    if (const auto names = find_classes(signature, slab, scores.shape); names && labels.empty())
        texts = split_bytes(slab.output(*names).data, classes * request.items)
                    .value_or(std::vector<std::string_view>());
    out += R"({"results":[)";
    for (std::int64_t row = 0; row < request.items; ++row) {
        out += row == 0 ? "[" : ",[";
        for (std::int64_t index = 0; index < classes; ++index) {
            out += index == 0 ? "[" : ",[";
            const auto at = static_cast<std::size_t>(index);
            const auto place = static_cast<std::size_t>(row * classes + index);
            wire::append_string(out, at < labels.size()     ? std::string_view(labels[at])
                                     : place < texts.size() ? texts[place]
                                                            : fmt::format_int(index).c_str());
            out += ',';
            numbers.append(out);
            out += ']';
        }
        out += ']';
    }
    out += "]}";
    return {};
}

Result<void> encode_regressions(const Signature& signature, const PredictRequest& request,
                                const Slab& slab, std::string& out) {
    for (std::size_t at = 0; at < signature.outputs.size(); ++at) {
        const TensorView tensor = slab.output(at);
        const bool one_a_row = has_rows(tensor, request.items) &&
                               tensor.shape.element_count().value_or(0) == request.items;
        if (!is_floating(tensor.type) || !one_a_row) continue;
        out += R"({"results":)";
        const TensorView flat{tensor.type, Shape{request.items}, tensor.data};
        wire::append_nested(out, flat, {.point = true});
        out += '}';
        return {};
    }
    return wrong(fmt::format("the model has no output with one number for each example: {}",
                             signature.to_string()));
}

}  // namespace mettle::tfs
