#pragma once

// Graphs before and behind a model, as one model: a tokenizer makes numbers of texts, the model
// reads them, another graph makes something of its scores.

#include "mettle/inference/model.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace mettle {

struct ChainLinks {
    std::unique_ptr<Model> before;            // Nothing: none.
    std::map<std::string, std::int64_t> pad;  // By what `before` gives; 0 where nothing is said.
    std::int64_t pad_to_multiple_of = 1;
    std::unique_ptr<Model> after;  // Nothing: none.
};

// What `before` gives feeds the model's inputs of the same names, in place of clients; what it
// takes, they send. Where it gives a dimension less than the model takes, it is run for each row by
// itself, and rows of unlike lengths are filled up to the longest of their request. Outputs of the
// model that `after` takes by name go there, and clients get what it gives; others stay.
//
// Fails with `invalid_input` where the three don't fit together, with the names and both shapes.
Result<std::unique_ptr<Model>> chain_models(std::unique_ptr<Model> model, ChainLinks links);

}  // namespace mettle
