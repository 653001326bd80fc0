#include "mettle/protocols/questions.hpp"

#include <thread>

namespace mettle::protocols {

namespace {

http::Route route_of(const TargetOptions& options) {
    http::Route route = options.route;
    if (!route.tls && !options.verify_tls) route.tls.emplace(false);
    return route;
}

}  // namespace

Questions::Questions(const TargetUrl& target, const TargetOptions& options)
    : target_(target), options_(options), client_(target.url, route_of(options)) {}

Result<http::ClientResponse> Questions::ask(std::string method, std::string path,
                                            std::string body) {
    http::ClientRequest request{std::move(method), std::move(path), options_.headers,
                                std::move(body)};
    if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    const auto give_up = std::chrono::steady_clock::now() + options_.patience;
    for (;;) {
        auto response = client_.send(request, options_.timeout);
        const bool not_yet = response ? response->status == 503
                                      : response.error().kind == Error::Kind::connection_lost;
        if (!not_yet || std::chrono::steady_clock::now() >= give_up) return response;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

std::string Questions::wanted_model() const {
    return options_.model.empty() ? target_.model : options_.model;
}

}  // namespace mettle::protocols
