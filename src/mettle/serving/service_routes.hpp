#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository.hpp"
#include "mettle/metrics/counter.hpp"
#include "mettle/serving/readiness.hpp"

#include <array>
#include <string>

namespace mettle {

// What has been counted of HTTP as such, whatever the route.
struct HttpStats {
    void count(int status);

    std::array<Counter, 6> by_class;  // [2] counts 2xx.
    Counter refused;                  // Bytes that were no acceptable request.
};

// The routes of the service itself: /, /health/live, /health/ready and /metrics. All of what is
// passed must outlive the app.
void add_service_routes(app::App& app, const ModelRepository& repository,
                        const Readiness& readiness, const HttpStats& http);

// Prometheus' text.
std::string metrics_text(const ModelRepository& repository, const Readiness& readiness,
                         const HttpStats& http);

}  // namespace mettle
