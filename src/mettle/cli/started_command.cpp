#include "mettle/cli/started_command.hpp"

#include "mettle/host/free_port.hpp"

#include <fmt/format.h>

#include <thread>

namespace mettle::cli {
namespace {

using namespace std::chrono_literals;

std::string last_words(const std::string& output) {
    constexpr std::size_t kMost = 1000;
    std::string text = output.size() > kMost ? output.substr(output.size() - kMost) : output;
    while (text.ends_with('\n')) text.pop_back();
    return text.empty() ? "it said nothing" : text;
}

}  // namespace

std::string with_port(std::string text, std::uint16_t port) {
    constexpr std::string_view kMark = "{port}";
    const std::string number = std::to_string(port);
    for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at))
        text.replace(at, kMark.size(), number);
    return text;
}

Result<StartedCommand> StartedCommand::start(const CommandSpec& spec, const std::stop_token& stop) {
    // What ran there before may still be on its way out.
    for (int turn = 0; turn < 100 && host::is_listening(spec.port); ++turn)
        std::this_thread::sleep_for(20ms);
    if (host::is_listening(spec.port))
        return fail(Error::Kind::unavailable,
                    fmt::format("somebody listens on port {} already", spec.port));
    host::ChildSpec child_spec;
    // The shell knows what quotes and variables mean. A simple command takes the shell's place.
    child_spec.argv = {"/bin/sh", "-c", with_port(spec.text, spec.port)};
    child_spec.cpus = spec.cpus;
    auto child = host::ChildProcess::start(child_spec);
    if (!child) return std::unexpected(child.error());
    const TimePoint end = child->started() + spec.patience;
    while (std::chrono::steady_clock::now() < end && !stop.stop_requested()) {
        const auto ended = child->ended();
        if (ended) {
            return fail(Error::Kind::invalid_input,
                        fmt::format("'{}' ended with {} before it listened: {}", spec.text,
                                    ended->to_string(), last_words(child->output())));
        }
        if (host::is_listening(spec.port)) return StartedCommand(std::move(*child));
        std::this_thread::sleep_for(1ms);
    }
    if (stop.stop_requested()) return fail(Error::Kind::cancelled, "interrupted");
    return fail(
        Error::Kind::timed_out,
        fmt::format("'{}' did not listen on 127.0.0.1:{} within {}: {}", spec.text, spec.port,
                    format_duration(spec.patience), last_words(child->output())));
}

std::optional<std::string> StartedCommand::epitaph() {
    const auto status = child_.ended();
    if (!status) return {};
    return fmt::format("it ended with {}: {}", status->to_string(), last_words(child_.output()));
}

}  // namespace mettle::cli
