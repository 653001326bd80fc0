#include "mettle/prove/server_process.hpp"

#include <fmt/format.h>

#include <thread>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;

// Loading and warming a model of gigabytes takes its time; a server that hangs must not hold us.
constexpr Duration kStartTimeout = 120s;

std::string last_words(const std::string& output) {
    constexpr std::size_t kMost = 1000;
    std::string text = output.size() > kMost ? output.substr(output.size() - kMost) : output;
    while (text.ends_with('\n')) text.pop_back();
    const std::string prefix = "mettle serve: ";  // Ours stands before it already.
    return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
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

Result<ServerProcess> ServerProcess::start(const std::filesystem::path& executable,
                                           const std::string& model, const std::vector<int>& cpus,
                                           std::stop_token stop) {
    host::ChildSpec spec;
    spec.argv = {executable.string(), "serve", model, "--port", "0"};
    spec.cpus = cpus;
    auto child = host::ChildProcess::start(spec);
    if (!child) return std::unexpected(child.error());
    const auto end = child->started() + kStartTimeout;
    while (std::chrono::steady_clock::now() < end && !stop.stop_requested()) {
        const auto read = child->wait_for_output("http://", 100ms);
        if (read) {
            if (const auto url = http::parse_url(address_in(child->output())); url)
                return ServerProcess(std::move(*child), *url, *read);
            std::this_thread::sleep_for(1ms);  // The rest of the line is on its way.
        }
        if (child->ended()) {
            return fail(Error::Kind::invalid_input, last_words(child->output()));
        }
    }
    if (stop.stop_requested()) return fail(Error::Kind::cancelled, "interrupted");
    return fail(Error::Kind::timed_out,
                fmt::format("mettle serve {} printed no address within {}: {}", model,
                            format_duration(kStartTimeout), last_words(child->output())));
}

std::optional<std::string> ServerProcess::epitaph() {
    const auto status = child_.ended();
    if (!status) return {};
    return fmt::format("the server ended with {}: {}", status->to_string(),
                       last_words(child_.output()));
}

}  // namespace mettle::prove
