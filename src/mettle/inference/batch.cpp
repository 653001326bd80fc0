#include "mettle/inference/batch.hpp"

#include "mettle/inference/sample_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

namespace mettle {

namespace {

std::int64_t rows_of(std::span<InferenceCall* const> calls) {
    std::int64_t rows = 0;
    for (const InferenceCall* call : calls) rows += call->rows;
    return rows;
}

void gather(std::size_t input, Slab& joined, std::span<InferenceCall* const> calls,
            std::int64_t rows) {
    const Shape shape = calls.front()->slab->inner().input_view(input).shape.with_rows(rows);
    std::byte* to = joined.input(input, shape).data();
    for (const InferenceCall* call : calls) {
        const auto from = call->slab->inner().input_view(input).data;
        std::memcpy(to, from.data(), from.size());
        to += from.size();
    }
}

bool has_a_row_for_each(const Slab& joined, std::size_t outputs, std::int64_t rows) {
    for (std::size_t output = 0; output < outputs; ++output) {
        const Shape shape = joined.output(output).shape;
        if (shape.rank() == 0 || shape[0] != rows) return false;
    }
    return true;
}

void scatter(std::size_t output, const Slab& joined, std::span<InferenceCall* const> calls,
             std::int64_t rows) {
    const TensorView whole = joined.output(output);
    const std::size_t row_bytes = whole.data.size() / static_cast<std::size_t>(rows);
    std::size_t at = 0;
    for (InferenceCall* call : calls) {
        const std::size_t size = row_bytes * static_cast<std::size_t>(call->rows);
        call->slab->inner().set_output(
            output, {whole.type, whole.shape.with_rows(call->rows), whole.data.subspan(at, size)});
        at += size;
    }
}

std::unexpected<Error> without_rows(std::int64_t rows) {
    return fail(Error::Kind::internal,
                fmt::format("a run of {} rows gave outputs without {} rows", rows, rows));
}

// Rows `first` to `first + rows` of what the call's inner slab holds.
void copy_rows(std::size_t input, const InferenceCall& call, Slab& piece, std::int64_t first,
               std::int64_t rows) {
    const TensorView whole = call.slab->inner().input_view(input);
    const std::size_t row_bytes = whole.data.size() / static_cast<std::size_t>(call.rows);
    const auto from = whole.data.subspan(row_bytes * static_cast<std::size_t>(first),
                                         row_bytes * static_cast<std::size_t>(rows));
    const auto to = piece.input(input, whole.shape.with_rows(rows));
    std::ranges::copy(from, to.begin());
}

// An output as it grows, a piece's rows behind the other's.
struct Growing {
    TensorView kind;  // Type and shape of the first piece.
    std::vector<std::byte> bytes;
};

// ---- Trying it out

struct TrialCall final : InferenceCall {
    void on_result(Result<void>) override {}
};

// Runs of another size add in another order, so the last digits may differ.
bool alike(const TensorView& one, const TensorView& other) {
    if (one.shape != other.shape || one.data.size() != other.data.size()) return false;
    if (one.type != DataType::fp32) return std::ranges::equal(one.data, other.data);
    for (std::size_t at = 0; at + sizeof(float) <= one.data.size(); at += sizeof(float)) {
        float a = 0, b = 0;
        std::memcpy(&a, one.data.data() + at, sizeof a);
        std::memcpy(&b, other.data.data() + at, sizeof b);
        if (std::isnan(a) && std::isnan(b)) continue;
        if (!(std::abs(a - b) <= 1e-4F + 1e-3F * std::abs(a))) return false;
    }
    return true;
}

}  // namespace

bool rows_can_be_joined(const Signature& signature) {
    const auto is_bytes = [](const TensorSpec& spec) { return spec.type == DataType::bytes; };
    return signature.batches() && std::ranges::none_of(signature.inputs, is_bytes) &&
           std::ranges::none_of(signature.outputs, is_bytes);
}

bool same_row_shape(const Signature& signature, const Slab& one, const Slab& other) {
    if (&one == &other) return true;
    if (one.has_optional_inputs() || other.has_optional_inputs()) return false;
    for (std::size_t input = 0; input < signature.inputs.size(); ++input) {
        if (one.input_view(input).shape.row() != other.input_view(input).shape.row()) return false;
    }
    return true;
}

Result<void> run_joined(Model& model, Slab& joined, std::span<InferenceCall* const> calls,
                        const RunToken* token) {
    const Signature& signature = model.run_signature();
    const std::int64_t rows = rows_of(calls);
    for (std::size_t input = 0; input < signature.inputs.size(); ++input)
        gather(input, joined, calls, rows);
    if (auto ran = model.run(joined, token); !ran) return ran;
    if (!has_a_row_for_each(joined, signature.outputs.size(), rows)) return without_rows(rows);
    for (std::size_t output = 0; output < signature.outputs.size(); ++output)
        scatter(output, joined, calls, rows);
    return {};
}

Result<void> run_in_pieces(Model& model, Slab& piece, InferenceCall& call, std::int64_t most_rows,
                           const RunToken* token,
                           const std::function<void(std::int64_t rows, Duration took)>& ran) {
    const Signature& signature = model.run_signature();
    std::vector<Growing> outputs(signature.outputs.size());
    for (std::int64_t first = 0; first < call.rows; first += most_rows) {
        const std::int64_t rows = std::min(most_rows, call.rows - first);
        const auto began = std::chrono::steady_clock::now();
        for (std::size_t input = 0; input < signature.inputs.size(); ++input)
            copy_rows(input, call, piece, first, rows);
        if (auto done = model.run(piece, token); !done) return done;
        if (!has_a_row_for_each(piece, outputs.size(), rows)) return without_rows(rows);
        for (std::size_t output = 0; output < outputs.size(); ++output) {
            const TensorView given = piece.output(output);
            Growing& whole = outputs[output];
            if (first == 0) {
                whole.kind = {given.type, given.shape, {}};
                whole.bytes.reserve(given.data.size() / static_cast<std::size_t>(rows) *
                                    static_cast<std::size_t>(call.rows));
            } else if (given.shape.row() != whole.kind.shape.row()) {
                return fail(Error::Kind::internal,
                            "pieces of one request gave rows of unlike shape");
            }
            whole.bytes.insert(whole.bytes.end(), given.data.begin(), given.data.end());
        }
        ran(rows, std::chrono::steady_clock::now() - began);
    }
    for (std::size_t output = 0; output < outputs.size(); ++output) {
        const Growing& whole = outputs[output];
        call.slab->inner().set_output(
            output, {whole.kind.type, whole.kind.shape.with_rows(call.rows), whole.bytes});
    }
    return {};
}

bool rows_are_independent(Model& model) {
    const Signature& signature = model.run_signature();
    std::array<TrialCall, 3> alone;
    std::array<TrialCall, 3> together;
    std::array<InferenceCall*, 3> calls{};
    for (std::size_t row = 0; row < alone.size(); ++row) {
        alone[row].slab = model.make_slab();
        together[row].slab = model.make_slab();
        for (TrialCall* call : {&alone[row], &together[row]})
            fill_with_noise(call->slab->inner(), signature, static_cast<std::uint32_t>(row));
        calls[row] = &together[row];
        if (!model.run(alone[row].slab->inner(), nullptr)) return false;
    }
    const auto joined = model.make_slab();
    if (!run_joined(model, joined->inner(), calls)) return false;
    for (std::size_t output = 0; output < signature.outputs.size(); ++output) {
        for (std::size_t row = 0; row < alone.size(); ++row) {
            if (!alike(alone[row].slab->inner().output(output),
                       together[row].slab->inner().output(output)))
                return false;
        }
    }
    return true;
}

}  // namespace mettle
