#pragma once

#include "mettle/serving/model_route.hpp"

#include <memory>

namespace mettle::tfs {

// The three questions of TF Serving's REST API to a model.
enum class Verb { predict, classify, regress };

std::unique_ptr<Dialect> make_dialect(Verb verb);

}  // namespace mettle::tfs
