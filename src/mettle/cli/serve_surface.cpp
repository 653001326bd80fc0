#include "mettle/cli/serve_surface.hpp"

#include "mettle/base/exit_code.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

namespace mettle::cli {

namespace {

constexpr const char* kGroup = "Network";

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

Result<void> read_protocols(const std::string& text, SurfaceOptions& options) {
    options.protocols.clear();
    for (std::string_view left = text; !left.empty();) {
        const std::string_view one = left.substr(0, left.find(','));
        left.remove_prefix(std::min(one.size() + 1, left.size()));
        if (std::ranges::find(protocol_names(), one) == protocol_names().end())
            return invalid(fmt::format("there is no protocol '{}': they are {}", one,
                                       fmt::join(protocol_names(), ", ")));
        options.protocols.emplace(one);
    }
    if (options.protocols.empty())
        return invalid(fmt::format("name at least one of {}", fmt::join(protocol_names(), ", ")));
    return {};
}

Result<void> read_mode(const std::string& text, mode_t& mode) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mode, 8);
    if (error != std::errc() || end != text.data() + text.size() || mode > 0777)
        return invalid(fmt::format("'{}' is no file mode: write 660 or 0600", text));
    return {};
}

Result<void> read_root(std::string text, std::string& root) {
    while (text.ends_with('/')) text.pop_back();
    const bool good = text.empty() || (text.starts_with('/') && !text.starts_with("//") &&
                                       text.find_first_of(" ?#\"<>\\") == std::string::npos);
    if (!good) return invalid(fmt::format("'{}' is no path: write /x", text));
    root = std::move(text);
    return {};
}

}  // namespace

void add_surface_flags(Flags& flags, SurfaceOptions& options, http::Server::Options& server) {
    options.protocols.insert(protocol_names().begin(), protocol_names().end());
    options.proxy.trusted = http::TrustedProxies::parse("127.0.0.1,unix").value();
    flags
        .add(
            "--protocols",
            [&options](const std::string& text) { return read_protocols(text, options); },
            "which of them are served, as v2,predict; the paths of others are 404",
            fmt::format("{}", fmt::join(protocol_names(), ",")))
        ->group(kGroup);
    flags.app()
        .add_option("--metrics-port", options.metrics_port,
                    "/metrics and /health on this port, and /metrics no longer on the other; 0 "
                    "takes any free one")
        ->check(CLI::Range(0, 65535))
        ->group(kGroup);
    flags.app()
        .add_option("--uds", server.unix_socket.path,
                    "listen on a Unix socket with this path; on a port, too, only with --port or "
                    "--host")
        ->group(kGroup);
    flags
        .add(
            "--uds-mode",
            [&server](const std::string& text) { return read_mode(text, server.unix_socket.mode); },
            "the socket's permissions", "666")
        ->group(kGroup);
    flags
        .add(
            "--root-path",
            [&options](const std::string& text) {
                return read_root(text, options.proxy.root_path);
            },
            "what a proxy puts before all paths, as /models; it may take it off again or not",
            "none")
        ->group(kGroup);
    flags
        .add(
            "--forwarded-allow-ips",
            [&options](const std::string& text) -> Result<void> {
                auto trusted = http::TrustedProxies::parse(text);
                if (!trusted) return std::unexpected(trusted.error());
                options.proxy.trusted = *std::move(trusted);
                return {};
            },
            "whose X-Forwarded-For, -Proto, -Host and -Prefix are believed: addresses, networks, "
            "unix, or *",
            "127.0.0.1,unix")
        ->group(kGroup);
}

void settle_surface(Flags& flags, SurfaceOptions& options, http::Server::Options& server) {
    const auto said = [&flags](const char* name) { return flags.given(name); };
    if (said("--uds") && server.unix_socket.path.empty())
        throw StartupError("--uds needs a path, as /run/mettle.sock");
    if (said("--uds-mode") && server.unix_socket.path.empty())
        throw StartupError("--uds-mode is about the socket of --uds");
    server.tcp = server.unix_socket.path.empty() || said("--port") || said("--host");
    if (server.tcp && options.metrics_port == server.port && server.port != 0)
        throw StartupError(fmt::format(
            "--metrics-port {} is the port of the models: choose another", server.port));
}

}  // namespace mettle::cli
