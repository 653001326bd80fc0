#pragma once

#include "mettle/inference/model.hpp"
#include "mettle/serving/tfs/predict_request.hpp"

#include <span>
#include <string>

namespace mettle::tfs {

// {"predictions": [...]} for `instances`, {"outputs": ...} for `inputs`. Fails with `invalid_input`
// where an output has no row for each instance.
Result<void> encode_predictions(const Signature& signature, const PredictRequest& request,
                                const Slab& slab, std::string& out);

// {"results": [[["label", score], ...], ...]}: the classes of each example. `labels`, by index;
// where there are none, the model's own strings or the index.
Result<void> encode_classes(const Signature& signature, const PredictRequest& request,
                            const Slab& slab, std::span<const std::string> labels,
                            std::string& out);

// {"results": [number, ...]}
Result<void> encode_regressions(const Signature& signature, const PredictRequest& request,
                                const Slab& slab, std::string& out);

}  // namespace mettle::tfs
