#pragma once

// TorchServe's inference API: /ping, /predictions/NAME[/VERSION]. It says nothing of what a model
// takes or gives, so the body is the user's and answers are judged by their status.

#include "mettle/protocols/questions.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::protocols::torchserve {

// Whether a body of GET /ping is its own: {"status": "Healthy"}, or Partial Healthy, Unhealthy.
bool is_ping(std::string_view body);
// Whether a body of OPTIONS / describes its inference API: a /predictions/{model_name}.
bool describes_api(std::string_view body);
// From GET /models of the management API: {"models": [{"modelName": ...}]}.
Result<std::vector<std::string>> parse_models(std::string_view body);

// "/predictions/NAME[/VERSION]" taken apart; false for others. Leaves the URL at the root.
bool take_path(TargetUrl& target);
std::string predictions_path(std::string_view model, std::string_view version);

// Nothing when the target does not speak it.
std::optional<Result<Target>> ask(Questions& questions);

}  // namespace mettle::protocols::torchserve
