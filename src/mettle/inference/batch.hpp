#pragma once

// Several calls in one run of their model: their rows one behind the other, and to each its own
// rows of the answer.

#include "mettle/inference/call.hpp"

#include <cstdint>
#include <functional>
#include <span>

namespace mettle {

// Whether rows of a model of this signature can be laid one behind the other at all. BYTES have no
// fixed size, so they can't.
bool rows_can_be_joined(const Signature& signature);

// Whether the rows of both have the same shape, and can be run together. What gives an optional
// input can't: it is the whole run's. REQUIRES: rows_can_be_joined()
bool same_row_shape(const Signature& signature, const Slab& one, const Slab& other);

// Gathers the inputs of the calls' inner slabs into `joined`, runs it, and copies to each its
// outputs. Fails as Model::run() does, and with `internal` when an output does not have a row for
// each row that went in; then no call has outputs. REQUIRES: the calls have the same row shape
Result<void> run_joined(Model& model, Slab& joined, std::span<InferenceCall* const> calls,
                        const RunToken* token = nullptr);

// Runs a call of many rows as runs of at most `most_rows`, one after the other in `piece`, and puts
// their outputs together. Fails as run_joined() does. `ran` is told of each run.
// REQUIRES: rows_are_independent()
Result<void> run_in_pieces(Model& model, Slab& piece, InferenceCall& call, std::int64_t most_rows,
                           const RunToken* token,
                           const std::function<void(std::int64_t rows, Duration took)>& ran);

// Whether the model gives each row the answer that it gives the row alone: tried on some rows of
// random numbers. There are models with a first dimension of any size that mix what is in it.
bool rows_are_independent(Model& model);

}  // namespace mettle
