#include "mettle/serving/invocations/response.hpp"

#include "mettle/serving/wire/outputs_json.hpp"

#include <fmt/format.h>

#include <span>
#include <string_view>
#include <vector>

namespace mettle::invocations {

namespace {

constexpr wire::ElementForm kForm = {.point = true};  // NaN is a bare token, as Python writes it.

Result<void> check_rows(const Signature& signature, std::int64_t rows, const Slab& slab) {
    for (std::size_t at = 0; at < signature.outputs.size(); ++at) {
        const Shape& shape = slab.output(at).shape;
        if (shape.rank() > 0 && shape[0] == rows) continue;
        return fail(Error::Kind::invalid_input,
                    fmt::format("output '{}' has shape {}, and there are {} rows: send 'inputs', "
                                "and accept JSON",
                                signature.outputs[at].name, shape.to_string(), rows));
    }
    return {};
}

Result<void> encode_rows(const Signature& signature, std::int64_t rows, const Slab& slab,
                         std::string& out) {
    if (auto checked = check_rows(signature, rows, slab); !checked) return checked;
    std::vector<wire::RowWriter> writers;
    for (std::size_t at = 0; at < signature.outputs.size(); ++at)
        writers.emplace_back(slab.output(at), kForm);
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

void append_field(std::string& out, std::string_view text) {
    if (text.find_first_of(",\"\r\n") == text.npos) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) out.append(c == '"' ? 2 : 1, c);
    out += '"';
}

// The fields of an output, row by row.
class CsvOutput {
public:
    CsvOutput(const TensorView& tensor, std::int64_t rows)
        : type_(tensor.type), data_(tensor.data), rows_(rows) {
        columns_ = tensor.shape.element_count().value_or(0) / rows;
    }

    Result<void> prepare() {
        if (type_ != DataType::bytes) return {};
        auto split = split_bytes(data_, columns_ * rows_);
        if (!split) return std::unexpected(split.error());
        texts_ = *std::move(split);
        return {};
    }

    void append_row(std::string& out, std::int64_t row) const {
        if (type_ == DataType::bytes) {
            for (std::int64_t at = 0; at < columns_; ++at) {
                if (at > 0) out += ',';
                append_field(out, texts_[static_cast<std::size_t>(row * columns_ + at)]);
            }
            return;
        }
        const std::size_t size = static_cast<std::size_t>(columns_) * element_size(type_);
        std::string array;
        wire::append_elements(
            array,
            {type_, Shape{columns_}, data_.subspan(static_cast<std::size_t>(row) * size, size)},
            kForm);
        out += std::string_view(array).substr(1, array.size() - 2);  // Without its brackets.
    }

private:
    DataType type_;
    std::span<const std::byte> data_;
    std::int64_t rows_;
    std::int64_t columns_ = 0;
    std::vector<std::string_view> texts_;  // Of BYTES.
};

}  // namespace

Result<void> encode_csv(const Signature& signature, std::int64_t rows, const Slab& slab,
                        std::string& out) {
    if (auto checked = check_rows(signature, rows, slab); !checked) return checked;
    std::vector<CsvOutput> outputs;
    for (std::size_t at = 0; at < signature.outputs.size(); ++at) {
        outputs.emplace_back(slab.output(at), rows);
        if (auto prepared = outputs.back().prepare(); !prepared) return prepared;
    }
    for (std::int64_t row = 0; row < rows; ++row) {
        for (std::size_t at = 0; at < outputs.size(); ++at) {
            if (at > 0) out += ',';
            outputs[at].append_row(out, row);
        }
        out += '\n';
    }
    return {};
}

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
