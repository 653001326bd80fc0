#include "mettle/serving/invocations/response.hpp"

#include "mettle/serving/wire/outputs_json.hpp"

#include <fmt/format.h>

#include <vector>

namespace mettle::invocations {

namespace {

constexpr wire::ElementForm kForm = {.point = true};  // NaN is a bare token, as Python writes it.

Result<void> encode_rows(const Signature& signature, std::int64_t rows, const Slab& slab,
                         std::string& out) {
    std::vector<wire::RowWriter> writers;
    for (std::size_t at = 0; at < signature.outputs.size(); ++at) {
        const TensorView tensor = slab.output(at);
        if (tensor.shape.rank() == 0 || tensor.shape[0] != rows)
            return fail(Error::Kind::invalid_input,
                        fmt::format("output '{}' has shape {}, and the table has {} rows: send "
                                    "'inputs' instead",
                                    signature.outputs[at].name, tensor.shape.to_string(), rows));
        writers.emplace_back(tensor, kForm);
    }
    out += '[';
    for (std::int64_t row = 0; row < rows; ++row) {
        for (std::size_t at = 0; at < writers.size(); ++at) {
            out += at > 0 ? "," : row > 0 ? ",{" : "{";
            wire::append_string(out, signature.outputs[at].name);
            out += ':';
            writers[at].append(out);
        }
        out += '}';
    }
    out += ']';
    return {};
}

}  // namespace

Result<void> encode_predictions(const Signature& signature, bool by_row, std::int64_t rows,
                                const Slab& slab, std::string& out) {
    out += R"({"predictions":)";
    if (by_row) {
        if (auto encoded = encode_rows(signature, rows, slab, out); !encoded) return encoded;
    } else {
        wire::append_outputs(out, signature, slab, /*single=*/false, kForm);
    }
    out += '}';
    return {};
}

}  // namespace mettle::invocations
