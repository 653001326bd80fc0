#pragma once

// Where a server is reached, and by which protocols: flags of `mettle serve`.

#include "mettle/cli/flags.hpp"
#include "mettle/cli/serve_protocols.hpp"
#include "mettle/http/behind_proxy.hpp"
#include "mettle/http/server.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace mettle::cli {

struct SurfaceOptions {
    bool has(std::string_view protocol) const { return protocols.contains(protocol); }

    ProtocolSet protocols;
    std::optional<std::uint16_t> metrics_port;  // 0: any free one.
    http::BehindProxy::Options proxy;
};

// All protocols where the flags name none. `server` gets the Unix socket; call
// settle_surface() once the flags have been read.
void add_surface_flags(Flags& flags, SurfaceOptions& options, http::Server::Options& server);
// Throws StartupError for flags that contradict each other.
void settle_surface(Flags& flags, SurfaceOptions& options, http::Server::Options& server);

}  // namespace mettle::cli
