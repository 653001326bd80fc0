#include "mettle/http/route.hpp"

#include <fmt/format.h>

namespace mettle::http {

std::string tunnel_to(const Url& target) {
    return target.host.contains(':') ? fmt::format("[{}]:{}", target.host, target.port)
                                     : fmt::format("{}:{}", target.host, target.port);
}

ClientRequest on_route(const Route& route, const Url& target, ClientRequest request) {
    if (route.proxy && target.scheme == "http" && request.target.starts_with('/'))
        request.target.insert(0, target.origin());
    return request;
}

const Url& peer_of(const Route& route, const Url& target) {
    return route.proxy ? *route.proxy : target;
}

std::string tunnel_of(const Route& route, const Url& target) {
    return route.proxy && target.scheme == "https" ? tunnel_to(target) : "";
}

}  // namespace mettle::http
