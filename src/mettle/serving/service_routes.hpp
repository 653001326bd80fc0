#pragma once

#include "mettle/app/app.hpp"
#include "mettle/inference/repository.hpp"
#include "mettle/metrics/counter.hpp"
#include "mettle/metrics/exposition.hpp"
#include "mettle/serving/flight_recorder.hpp"
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

// GET /health/live and /health/ready. All of what is passed here and below must outlive the app.
void add_health_routes(app::App& app, const Readiness& readiness);

void add_metrics_route(app::App& app, const ModelRepository& repository, const Readiness& readiness,
                       const HttpStats& http);

// GET /debug/slow: what `recorder` has kept. It shows ids and paths of
// requests, so it is there only where it was asked for.
void add_debug_routes(app::App& app, const FlightRecorder& recorder);

// Prometheus' text, or OpenMetrics with the ids of requests as exemplars.
std::string metrics_text(const ModelRepository& repository, const Readiness& readiness,
                         const HttpStats& http, Exposition::Format format);

}  // namespace mettle
