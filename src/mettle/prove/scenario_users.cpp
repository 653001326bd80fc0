#include "mettle/prove/scenario_users.hpp"

#include "mettle/scenario/script.hpp"
#include "mettle/scenario/script_program.hpp"

#include <fmt/format.h>

namespace mettle::prove {

Result<ScenarioUsers> make_users(const std::shared_ptr<const scenario::Scenario>& scenario,
                                 const http::Url& target, const http::HeaderList& headers,
                                 std::uint64_t seed) {
    if (!scenario->setup.empty() || !scenario->teardown.empty()) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("{} has a setup or a teardown, which is for one run: leave them "
                                "out here",
                                scenario->file));
    }
    scenario::ScriptOptions how;
    how.target = target;
    how.headers = headers;
    ScenarioUsers users;
    users.names = std::make_shared<load::Names>();
    std::vector<std::string> warnings;
    auto script = scenario::compile_script(scenario, how, *users.names, warnings);
    if (!script) return std::unexpected(script.error());
    users.more_origins.assign((*script)->http.origins.begin() + 1, (*script)->http.origins.end());
    users.program = scenario::make_script_program(std::move(*script), seed);
    return users;
}

}  // namespace mettle::prove
