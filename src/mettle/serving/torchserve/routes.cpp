#include "mettle/serving/torchserve/routes.hpp"

#include "mettle/serving/torchserve/api_description.hpp"
#include "mettle/serving/torchserve/error_answer.hpp"
#include "mettle/serving/torchserve/predict_request.hpp"
#include "mettle/serving/wire/outputs_json.hpp"

#include <array>
#include <memory>

namespace mettle::torchserve {

namespace {

using app::Context;

struct PredictQuestion final : Question {
    PredictRequest request;
};

PredictRequest& request_of(HttpCall& call) {
    return static_cast<PredictQuestion&>(*call.question).request;
}

class PredictDialect final : public Dialect {
public:
    std::unique_ptr<Question> make_question() const override {
        return std::make_unique<PredictQuestion>();
    }

    Result<void> read(HttpCall& call) const override {
        thread_local PredictRequestParser parser;
        PredictRequest& request = request_of(call);
        auto read =
            parser.parse(call.exchange->request, call.model->signature(), *call.slab, request);
        call.rows = request.rows;
        return read;
    }

    // As a handler's list is written: what is not finite as Python's json does.
    Result<void> write(HttpCall& call, http::Response& response) const override {
        constexpr wire::ElementForm kForm = {.point = true};
        const Signature& signature = call.model->signature();
        const bool single = request_of(call).single;
        if (signature.outputs.size() == 1)
            wire::append_output(response.body, call.slab->output(0), single, kForm);
        else
            wire::append_outputs(response.body, signature, *call.slab, single, kForm);
        return {};
    }

    void refuse(http::Response& response, const Error& error, int retry_after_ms) const override {
        answer_refusal(response, error, retry_after_ms);
    }
};

}  // namespace

void add_routes(app::App& app, const ModelRepository& repository, const RouteOptions& options) {
    using ErrorForm = std::string (*)(int, std::string_view);
    for (const std::string_view prefix : {"/predictions", "/explanations"})
        app.errors_below(std::string(prefix), static_cast<ErrorForm>(error_body));

    const auto route = std::make_shared<ModelRoute>(std::make_unique<PredictDialect>(), options);
    const auto predict = [route, &repository](Context& context) {
        if (auto model = find_model(repository, context))
            route->handle(context.exchange, std::move(model));
    };
    const auto explain = [](Context& context) {
        torchserve::refuse(context, 501,
                           "explanations are not offered by this server: ask /predictions");
    };
    const auto describe = [&repository](Context& context) {
        if (const auto model = find_model(repository, context))
            answer(context, describe_model_api(*model));
    };
    constexpr std::array<std::string_view, 3> kMethods = {"POST", "PUT", "GET"};
    for (const std::string_view rest : {"/{model}", "/{model}/{version}"}) {
        const std::string predictions = std::string("/predictions").append(rest);
        for (const std::string_view method : kMethods) {
            app.add(method, predictions, predict);
            app.add(method, std::string("/explanations").append(rest), explain);
        }
        app.add("OPTIONS", predictions, describe);
    }
    app.add("OPTIONS", "/", [](Context& context) { answer(context, describe_api()); });
}

}  // namespace mettle::torchserve
