#pragma once

// What feeds a chain of models: which output goes to which input, and whether they fit. Of
// model_chain.cpp only.

#include "mettle/inference/transforms/model_chain.hpp"
#include "mettle/inference/transforms/row_stack.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

namespace mettle {

struct Feed {
    std::size_t from = 0;  // Of before's outputs.
    std::size_t to = 0;    // Of the model's inputs.
    TensorSpec wanted;     // The model's.
    RowStack::Padding padding;
};

struct BeforeStep {
    std::unique_ptr<Model> graph;
    std::vector<Feed> feeds;
    bool by_rows = false;

    const std::vector<TensorSpec>& inputs() const { return graph->signature().inputs; }
};

struct AfterStep {
    std::unique_ptr<Model> graph;
    std::vector<std::size_t> from;  // For each of its inputs, the model's output.

    const std::vector<TensorSpec>& outputs() const { return graph->signature().outputs; }
    bool takes(std::size_t output) const { return std::ranges::find(from, output) != from.end(); }
};

// Each takes its graph. Fail with `invalid_input`, the names and both shapes.
Result<BeforeStep> make_before_step(const Signature& model, ChainLinks& links);
Result<AfterStep> make_after_step(const Signature& model, ChainLinks& links);

}  // namespace mettle
