#pragma once

// Users of a scenario, as what a stage sends: by number, or so many iterations a second. Right is
// what the scenario's own checks say.

#include "mettle/http/client.hpp"
#include "mettle/load/behaviour.hpp"
#include "mettle/load/names.hpp"
#include "mettle/scenario/document.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace mettle::prove {

struct ScenarioUsers {
    std::shared_ptr<const load::Program> program;
    std::shared_ptr<load::Names> names;
    std::vector<http::Url> more_origins;  // Where else than to the target they send.
};

// Refuses a scenario with a setup or teardown, which is for one run, where prove makes dozens.
Result<ScenarioUsers> make_users(const std::shared_ptr<const scenario::Scenario>& scenario,
                                 const http::Url& target, const http::HeaderList& headers,
                                 std::uint64_t seed);

}  // namespace mettle::prove
