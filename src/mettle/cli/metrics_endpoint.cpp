#include "mettle/cli/metrics_endpoint.hpp"

#include "mettle/metrics/exposition.hpp"

#include <fmt/format.h>

#include <utility>

namespace mettle::cli {

namespace {

http::Server::Options options_of(std::uint16_t port) {
    http::Server::Options options;
    options.port = port;
    return options;
}

}  // namespace

MetricsEndpoint::MetricsEndpoint(std::uint16_t port) : server_(options_of(port), *this) {
    server_.start();
}

MetricsEndpoint::~MetricsEndpoint() {
    server_.stop(std::chrono::milliseconds(200));
}

std::string MetricsEndpoint::url() const {
    return fmt::format("http://127.0.0.1:{}/metrics", server_.port());
}

void MetricsEndpoint::show(std::string text) {
    const std::scoped_lock lock(mutex_);
    text_ = std::move(text);
}

void MetricsEndpoint::handle(http::Exchange& exchange) {
    http::Response& response = exchange.response;
    const bool known = exchange.request.path == "/metrics";
    const bool read = exchange.request.method == "GET" || exchange.request.method == "HEAD";
    response.status = !known ? 404 : !read ? 405 : 200;
    response.content_type = "text/plain; charset=utf-8";
    if (response.status == 200) {
        response.content_type = Exposition::kContentType;
        const std::scoped_lock lock(mutex_);
        response.body = text_;
    } else {
        response.body = "GET /metrics is all that there is\n";
    }
    exchange.send();
}

}  // namespace mettle::cli
