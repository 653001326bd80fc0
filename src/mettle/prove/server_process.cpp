#include "mettle/prove/server_process.hpp"

#include "mettle/host/process_usage.hpp"
#include "mettle/host/sockets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <signal.h>

#include <algorithm>
#include <thread>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Loading and warming a model of gigabytes takes its time; a server that hangs must not hold us.
constexpr Duration kStartTimeout = 120s;
// A command that listens, but for so long only where it was not told to.
constexpr Duration kElsewhere = 10s;
constexpr Duration kGrace = 5s;

std::string last_words(const std::string& output) {
    constexpr std::size_t kMost = 1000;
    std::string text = output.size() > kMost ? output.substr(output.size() - kMost) : output;
    while (text.ends_with('\n')) text.pop_back();
    const std::string prefix = "mettle serve: ";  // Ours stands before it already.
    return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

std::string and_its_words(const std::string& output) {
    const std::string words = last_words(output);
    return words.empty() ? "; it printed nothing" : "; its last words: " + words;
}

std::unexpected<Error> timed_out(std::string why) {
    return fail(Error::Kind::timed_out, std::move(why));
}

// A daemon of the command's that has left its group, and would outlive us. The port was free
// before, and we chose it.
void end_listeners(std::uint16_t port) {
    for (const int pid : host::processes_listening_on(port)) ::kill(pid, SIGTERM);
}

std::string went_into_background(const std::string& command) {
    return fmt::format(
        "'{}' went into the background and ended; give a command that stays in the foreground, so "
        "that prove can stop it",
        command);
}

// Where the command listens instead; nothing for as long as that may change.
std::optional<std::string> elsewhere(const host::ChildProcess& child, std::uint16_t port) {
    if (steady_clock::now() < child.started() + kElsewhere) return {};
    auto ports = host::ports_of_tree(child.pid());
    std::erase(ports, port);
    if (ports.empty()) return {};
    return fmt::format("it listens on port {} instead of {}; does it use {{port}}?",
                       fmt::join(ports, ", "), port);
}

}  // namespace

std::string address_in(std::string_view output) {
    const auto begin = output.find("http://");
    if (begin == std::string_view::npos) return "";
    const auto end = output.find_first_of(" \t\r\n,;\"')/", begin + 7);
    // Without what ends it, the rest of the port may still be on its way.
    if (end == std::string_view::npos) return "";
    return std::string(output.substr(begin, end - begin));
}

Result<ServerProcess> ServerProcess::start(const Launch& launch, const std::vector<int>& cpus,
                                           std::stop_token stop) {
    if (launch.is_command() && !host::listeners_on(launch.port).empty()) {
        return fail(Error::Kind::invalid_input,
                    fmt::format("port {} is taken already, so '{}' could not listen there",
                                launch.port, launch.to_string()));
    }
    host::ChildSpec spec;
    spec.argv = launch.argv();
    spec.cpus = cpus;
    if (launch.is_command()) {
        spec.env = {{"PORT", std::to_string(launch.port)},
                    {"WEB_CONCURRENCY", std::to_string(launch.workers)}};
    }
    auto child = host::ChildProcess::start(spec);
    if (!child) return std::unexpected(child.error());
    return launch.is_command() ? start_command(launch, std::move(*child), stop)
                               : start_model(launch, std::move(*child), stop);
}

Result<ServerProcess> ServerProcess::start_model(const Launch& launch, host::ChildProcess child,
                                                 const std::stop_token& stop) {
    const auto end = child.started() + kStartTimeout;
    while (steady_clock::now() < end && !stop.stop_requested()) {
        const auto read = child.wait_for_output("http://", 100ms);
        if (read) {
            if (const auto url = http::parse_url(address_in(child.output())); url)
                return ServerProcess(std::move(child), *url, *read);
            std::this_thread::sleep_for(1ms);  // The rest of the line is on its way.
        }
        if (child.ended()) return fail(Error::Kind::invalid_input, last_words(child.output()));
    }
    if (stop.stop_requested()) return fail(Error::Kind::cancelled, "interrupted");
    return timed_out(fmt::format("{} printed no address within {}: {}", launch.to_string(),
                                 format_duration(kStartTimeout), last_words(child.output())));
}

Result<ServerProcess> ServerProcess::start_command(const Launch& launch, host::ChildProcess child,
                                                   const std::stop_token& stop) {
    const auto url = http::parse_url(fmt::format("http://127.0.0.1:{}", launch.port));
    const std::string command = launch.to_string();
    const auto end = child.started() + kStartTimeout;
    while (steady_clock::now() < end && !stop.stop_requested()) {
        const bool listens = !host::listeners_on(launch.port).empty();
        const auto ended = child.ended();
        if (listens && ended) {
            end_listeners(launch.port);
            return fail(Error::Kind::invalid_input, went_into_background(command));
        }
        // What it left behind may be on its way to listen.
        if (ended && ended->code == 0 && ended->signal == 0 &&
            steady_clock::now() < child.started() + kElsewhere && host::group_lives(child.pid())) {
            std::this_thread::sleep_for(1ms);
            continue;
        }
        if (listens) return ServerProcess(std::move(child), *url, steady_clock::now());
        if (ended) {
            return fail(
                Error::Kind::invalid_input,
                fmt::format("'{}' ended with {} before it listened on port {}{}", command,
                            ended->to_string(), launch.port, and_its_words(child.output())));
        }
        if (const auto where = elsewhere(child, launch.port))
            return fail(Error::Kind::invalid_input, fmt::format("'{}': {}", command, *where));
        std::this_thread::sleep_for(1ms);
    }
    if (stop.stop_requested()) return fail(Error::Kind::cancelled, "interrupted");
    return timed_out(fmt::format("'{}' did not listen on port {} within {}{}", command, launch.port,
                                 format_duration(kStartTimeout), and_its_words(child.output())));
}

std::optional<std::string> ServerProcess::epitaph() {
    const auto status = child_.ended();
    if (!status) return {};
    return fmt::format("the server ended with {}: {}", status->to_string(),
                       last_words(child_.output()));
}

bool ServerProcess::stop() {
    bool all_ended = false;
    child_.terminate(kGrace, &all_ended);
    return all_ended;
}

}  // namespace mettle::prove
