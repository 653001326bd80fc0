#pragma once

// GET /metrics on 127.0.0.1: the last text that it was shown. A thread of its own serves it, and
// takes nothing from the load but that.

#include "mettle/http/server.hpp"

#include <cstdint>
#include <mutex>
#include <string>

namespace mettle::cli {

class MetricsEndpoint final : private http::Handler {
public:
    // 0: any free port. Throws StartupError when the port is taken.
    explicit MetricsEndpoint(std::uint16_t port);
    ~MetricsEndpoint() override;

    std::string url() const;
    void show(std::string text);

private:
    void handle(http::Exchange& exchange) override;
    void on_sent(http::Exchange& /*exchange*/) override {}
    void on_refused(int /*status*/) override {}

    std::mutex mutex_;
    std::string text_;
    http::Server server_;
};

}  // namespace mettle::cli
