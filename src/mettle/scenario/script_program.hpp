#pragma once

#include "mettle/load/behaviour.hpp"
#include "mettle/scenario/script.hpp"

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace mettle::scenario {

// The users of a compiled scenario.
std::shared_ptr<const load::Program> make_script_program(std::shared_ptr<const Script> script,
                                                         std::uint64_t seed);

struct OnceOptions {
    http::Route route;  // Certificates, proxy.
    Duration timeout = std::chrono::seconds(60);
    std::uint64_t seed = 1;
};

// Runs a setup or teardown to its end, with a blocking client, request after request. Gives the
// variables that it leaves. Errors: a request that failed, a text that could not be made.
Result<std::vector<KeptValue>> run_once(const Script& script, const OnceOptions& options,
                                        std::stop_token stop);

}  // namespace mettle::scenario
