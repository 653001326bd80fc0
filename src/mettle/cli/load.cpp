#include "mettle/cli/load_run.hpp"
#include "mettle/cli/reproduce.hpp"
#include "mettle/cli/scenario_run.hpp"
#include "mettle/cli/stop_signals.hpp"
#include "mettle/cli/verbs.hpp"

namespace mettle::cli {

int load_main(int argc, char** argv) {
    const auto options = parse_load_options(argc, argv);
    if (!options) return 0;
    std::stop_source stop;
    const StopSignals signals(stop);
    if (options->scenario) return run_scenario(*options, stop);
    const LoadRequests requests = make_requests(*options, ask_target(*options));
    if (!options->payloads.reproduce.empty()) return reproduce(*options, requests);
    return run_load(*options, requests, stop);
}

}  // namespace mettle::cli
