#pragma once

// How a target is started that is prove's to start: a model, which `mettle serve` serves, or a
// command of the user's.

#include "mettle/base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::prove {

// Whether it says where its port goes: {port}, $PORT or ${PORT}.
bool takes_port(std::string_view command);

struct Launch {
    bool is_command() const { return !command.empty(); }
    // What is executed: `mettle serve MODEL`, or the shell with the filled-in command.
    std::vector<std::string> argv() const;
    std::string to_string() const;  // "mettle serve models/digits", or the filled-in command
    // Whether one more may run beside the first: not a command that has a port of its own.
    bool may_run_twice() const { return !is_command() || takes_port(command); }
    // The same for one more beside it, on another port.
    Launch once_more() const;

    std::filesystem::path executable = "/proc/self/exe";  // Of mettle.
    std::string model;                                    // File or folder.

    std::string command;     // "uvicorn app:app --port {port} --workers {workers}"
    std::uint16_t port = 0;  // Of a command: where it is to listen. Also its $PORT.
    int workers = 1;         // Of a command; also its $WEB_CONCURRENCY.
};

// With {port} and {workers} replaced, wherever they stand.
std::string fill_in(std::string text, std::uint16_t port, int workers);

// Refuses a command that cannot be told its port, unless the URL that it will have is known.
Result<void> check_command(const std::string& command, bool port_is_known);

}  // namespace mettle::prove
