#pragma once

#include "mettle/http/client.hpp"
#include "mettle/http/tls_context.hpp"

#include <optional>
#include <string>

namespace mettle::http {

// "host:port", always with the port: what a proxy is asked to connect to.
std::string tunnel_to(const Url& target);

// A request as it is sent: to a proxy of plain HTTP with the whole URL.
ClientRequest on_route(const Route& route, const Url& target, ClientRequest request);

// Whose address is connected to.
const Url& peer_of(const Route& route, const Url& target);
// The tunnel that is asked for, or "": https through a proxy.
std::string tunnel_of(const Route& route, const Url& target);

}  // namespace mettle::http
