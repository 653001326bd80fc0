#include "mettle/serving/predict/routes.hpp"

#include "mettle/app/percent.hpp"
#include "mettle/serving/error_answer.hpp"
#include "mettle/serving/model_route.hpp"
#include "mettle/serving/predict/mistakes.hpp"
#include "mettle/serving/predict/request.hpp"
#include "mettle/serving/wire/outputs_json.hpp"

#include <utility>

namespace mettle::predict {

namespace {

struct PredictQuestion final : Question {
    Request request;
};

Request& request_of(HttpCall& call) {
    return static_cast<PredictQuestion&>(*call.question).request;
}

std::string detail(std::string_view message) {
    std::string body = R"({"detail":)";
    wire::append_string(body, message);
    return body += '}';
}

// FastAPI's form: 422 with a list of what is wrong with the request, else a sentence.
void answer_refusal(http::Response& response, const Error& error, int retry_after_ms = 0) {
    answer_error(response, error, retry_after_ms);
    response.body = detail(error.message);
    if (error.kind != Error::Kind::invalid_input) return;
    Mistakes mistakes;
    mistakes.add("value_error", "", error.message, "null");
    response.status = 422;
    response.body = mistakes.body();
}

class PredictDialect final : public Dialect {
public:
    std::unique_ptr<Question> make_question() const override {
        return std::make_unique<PredictQuestion>();
    }

    Result<void> read(HttpCall& call) const override {
        thread_local RequestParser parser;
        Request& request = request_of(call);
        const http::Request& asked = call.exchange->request;
        auto read = parser.parse(asked.header("content-type"), asked.body, call.model->signature(),
                                 *call.slab, request);
        call.rows = request.rows;
        return read;
    }

    Result<void> write(HttpCall& call, http::Response& response) const override {
        constexpr wire::ElementForm kForm = {.non_finite = wire::ElementForm::NonFinite::null,
                                             .point = true};
        wire::append_outputs(response.body, call.model->signature(), *call.slab,
                             request_of(call).single, kForm);
        return {};
    }

    void refuse(http::Response& response, const Error& error, int retry_after_ms) const override {
        answer_refusal(response, error, retry_after_ms);
    }
    void refuse_call(HttpCall& call, const Error& error) const override {
        http::Response& response = call.exchange->response;
        answer_refusal(response, error, call.retry_after_ms);
        // Taken, since the question is used again for calls that are refused before they are read.
        const std::string said = std::exchange(request_of(call).refusal, {});
        if (!said.empty()) response.body = said;
    }
};

}  // namespace

void add_routes(app::App& app, const ModelRepository& repository, const RouteOptions& options) {
    app.errors_below("/predict", detail);
    const auto route = std::make_shared<ModelRoute>(std::make_unique<PredictDialect>(), options);
    app.post("/predict/{model}", [route, &repository](app::Context& context) {
        std::string room;
        const std::string_view name = app::percent_decoded(context.params[0], room);
        if (auto model = repository.find(name, {}))
            return route->handle(context.exchange, std::move(model));
        const Error missing = repository.missing(name, {});
        answer_refusal(context.response(), missing, retry_after_ms(missing));
        context.exchange.send();
    });
}

}  // namespace mettle::predict
