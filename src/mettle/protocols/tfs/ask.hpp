#pragma once

#include "mettle/protocols/questions.hpp"

#include <optional>

namespace mettle::protocols::tfs {

// "/v1/models/NAME[/versions/V|/labels/L][:predict|/metadata]" taken apart; false for others.
// Leaves the URL at the server's root.
bool take_path(TargetUrl& target);

// Nothing when the target does not speak it, or no model is named: TF Serving lists none.
std::optional<Result<Target>> ask(Questions& questions);

}  // namespace mettle::protocols::tfs
