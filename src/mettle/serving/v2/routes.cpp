#include "mettle/serving/v2/routes.hpp"

#include "mettle/serving/model_route.hpp"
#include "mettle/serving/v2/documents.hpp"
#include "mettle/serving/v2/find_model.hpp"
#include "mettle/serving/v2/infer_dialect.hpp"

#include <memory>

namespace mettle::v2 {

namespace {

using app::Context;

// Adds a route and its twin below /versions/{version}.
template <typename Handler>
void add_for_model(app::App& app, std::string_view method, std::string_view what, Handler handler) {
    for (const std::string_view model :
         {"/v2/models/{model}", "/v2/models/{model}/versions/{version}"}) {
        app.add(method, std::string(model) + std::string(what), handler);
    }
}

void add_health(app::App& app, const Readiness& readiness) {
    app.get("/v2/health/live", [](Context& context) { answer(context, R"({"live":true})"); });
    app.get("/v2/health/ready", [&readiness](Context& context) {
        const bool ready = readiness.ready;
        answer(context, ready ? R"({"ready":true})" : R"({"ready":false})",
               ready ? 200 : readiness.not_ready_status);
    });
}

void add_documents(app::App& app, const ModelRepository& repository, const Readiness& readiness) {
    app.get("/v2", [](Context& context) { answer(context, server_metadata()); });
    app.get("/v2/models/stats",
            [&repository](Context& context) { answer(context, statistics(repository.all())); });
    // Finds the model, or answers that there is none, and lets `write` make the document.
    const auto add = [&app, &repository](std::string_view what, auto write) {
        add_for_model(app, "GET", what, [&repository, write](Context& context) {
            auto model = find_model(repository, context);
            model ? answer(context, write(model)) : context.exchange.send();
        });
    };
    using Model = std::shared_ptr<ServedModel>;
    add("", [&repository](const Model& model) { return model_metadata(*model, repository); });
    add("/config", [](const Model& model) { return model_config(*model); });
    add("/stats", [](const Model& model) { return statistics({model}); });
    add_for_model(app, "GET", "/ready", [&repository, &readiness](Context& context) {
        const auto model = find_model(repository, context);
        if (!model) return context.exchange.send();
        answer(context, R"({"name":")" + model->name() + R"(","ready":true})",
               readiness.ready ? 200 : readiness.not_ready_status);
    });
}

}  // namespace

void add_routes(app::App& app, const ModelRepository& repository, const Readiness& readiness,
                const RouteOptions& options) {
    app.errors_below("/v2", app::error_body);
    add_health(app, readiness);
    add_documents(app, repository, readiness);
    const auto route = std::make_shared<ModelRoute>(std::make_unique<InferDialect>(), options);
    add_for_model(app, "POST", "/infer", [&repository, route](Context& context) {
        auto model = find_model(repository, context);
        model ? route->handle(context.exchange, std::move(model)) : context.exchange.send();
    });
}

}  // namespace mettle::v2
