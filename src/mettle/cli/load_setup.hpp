#pragma once

// From what was asked for and what the target says to what is sent.

#include "mettle/cli/load_options.hpp"
#include "mettle/load/transport.hpp"
#include "mettle/protocols/target.hpp"
#include "mettle/protocols/task.hpp"

#include <memory>
#include <string>
#include <vector>

namespace mettle::cli {

// The requests of a load, before they become a plan and a transport.
struct LoadRequests {
    protocols::Target target;
    std::vector<protocols::Task> tasks;  // Ready requests; none where users make their own.
    std::vector<std::string> notes;      // Lines for the announcement.
    // What users do, under which names, and where else than to the target they send.
    std::shared_ptr<const load::Program> program;
    std::shared_ptr<load::Names> names;
    std::vector<http::Url> more_origins;
    // What each arrival sends, where a recording says so.
    std::shared_ptr<const std::vector<load::PlannedRequest>> recorded;
};

// Throws StartupError, with the exit code for a target that cannot be reached.
protocols::Target ask_target(const LoadOptions& options);

// Throws StartupError when the inputs cannot be made.
LoadRequests make_requests(const LoadOptions& options, protocols::Target target);

// Sends the first one, prints what came in a line, and throws StartupError where the load would
// only repeat a mistake: 401, 403, 404, 405, 422, or no answer at all.
void send_first_request(const LoadOptions& options, const LoadRequests& requests);

load::LoadPlan make_plan(const LoadOptions& options, const LoadRequests& requests);
std::unique_ptr<load::TransportFactory> make_transports(const LoadOptions& options,
                                                        const LoadRequests& requests,
                                                        const load::LoadPlan& plan);

}  // namespace mettle::cli
