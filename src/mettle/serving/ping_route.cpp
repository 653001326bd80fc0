#include "mettle/serving/ping_route.hpp"

namespace mettle {

void add_ping_route(app::App& app, const Readiness& readiness) {
    const auto ping = [&readiness](app::Context& context) {
        const bool ready = readiness.ready;
        answer(context,
               ready ? "{\n  \"status\": \"Healthy\"\n}\n" : "{\n  \"status\": \"Unhealthy\"\n}\n",
               ready ? 200 : 503);
    };
    app.get("/ping", ping);
    app.post("/ping", ping);
}

}  // namespace mettle
