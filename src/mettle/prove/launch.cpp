#include "mettle/prove/launch.hpp"

#include "mettle/host/sockets.hpp"

#include <fmt/format.h>

namespace mettle::prove {
namespace {

void replace_all(std::string& text, std::string_view what, const std::string& with) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
}

// One program with arguments. The shell gives way to it, so that the kernel ends it, and not only a
// shell before it, when we are killed.
bool is_simple(std::string_view command) {
    const auto word = command.substr(0, command.find_first_of(" \t"));
    return command.find_first_of(";&|()<>`{}\n#!") == command.npos && !word.contains('=') &&
           !word.empty() && word != "exec" && word != "cd";
}

}  // namespace

std::string fill_in(std::string text, std::uint16_t port, int workers) {
    replace_all(text, "{port}", std::to_string(port));
    replace_all(text, "{workers}", std::to_string(workers));
    return text;
}

std::vector<std::string> Launch::argv() const {
    if (is_command()) {
        const std::string text = fill_in(command, port, workers);
        return {"/bin/sh", "-c", is_simple(text) ? "exec " + text : text};
    }
    return {executable.string(), "serve", model, "--port", "0"};
}

std::string Launch::to_string() const {
    return is_command() ? fill_in(command, port, workers) : "mettle serve " + model;
}

bool takes_port(std::string_view command) {
    return command.find("{port}") != command.npos || command.find("$PORT") != command.npos ||
           command.find("${PORT") != command.npos;
}

Launch Launch::once_more() const {
    Launch other = *this;
    if (is_command()) other.port = host::free_port();
    return other;
}

Result<void> check_command(const std::string& command, bool port_is_known) {
    const auto refuse = [](std::string why) {
        return fail(Error::Kind::invalid_input, std::move(why));
    };
    if (command.find_first_not_of(" \t\n") == command.npos)
        return refuse("--cmd is empty: give the command that starts the server");
    if (port_is_known || takes_port(command)) return {};
    return refuse(fmt::format(
        "--cmd '{}' does not say where {{port}} goes, so prove could not tell it where to listen; "
        "write it, as in 'uvicorn app:app --port {{port}}', or give the URL beside it",
        command));
}

}  // namespace mettle::prove
