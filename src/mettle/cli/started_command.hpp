#pragma once

// A service that a command line starts on a port of ours. Ended with this object, and with this
// process, whatever happens.

#include "mettle/base/result.hpp"
#include "mettle/host/child_process.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace mettle::cli {

struct CommandSpec {
    std::string text;  // For `sh -c`; "{port}" stands for the port.
    std::uint16_t port = 0;
    std::vector<int> cpus;  // Pinned to these; empty: as we are.
    Duration patience = std::chrono::seconds(60);
};

class StartedCommand {
public:
    // Returns when somebody listens on the port. Fails with the command's last words when it ends
    // before that. `stop` ends the wait. REQUIRES: called on a thread that stays.
    static Result<StartedCommand> start(const CommandSpec& spec, const std::stop_token& stop);

    int pid() const { return child_.pid(); }
    TimePoint started() const { return child_.started(); }
    // Nothing while it runs; else how it ended and its last words.
    std::optional<std::string> epitaph();

private:
    explicit StartedCommand(host::ChildProcess child) : child_(std::move(child)) {}

    host::ChildProcess child_;
};

// With the port in place of every "{port}".
std::string with_port(std::string text, std::uint16_t port);

}  // namespace mettle::cli
