#include "mettle/serving/predict/routes.hpp"

#include "mettle/app/percent.hpp"
#include "mettle/serving/error_answer.hpp"
#include "mettle/serving/model_route.hpp"
#include "mettle/serving/predict/mistakes.hpp"
#include "mettle/serving/predict/request.hpp"
#include "mettle/serving/wire/tensor_json.hpp"

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

void append_output(std::string& out, const TensorView& tensor, bool single) {
    constexpr wire::ElementForm kForm = {.non_finite = wire::ElementForm::NonFinite::null,
                                         .point = true};
    if (single && tensor.shape.rank() > 0 && tensor.shape[0] == 1)
        return wire::RowWriter(tensor, kForm).append(out);
    wire::append_nested(out, tensor, kForm);
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
        const auto& outputs = call.model->signature().outputs;
        std::string& out = response.body;
        for (std::size_t at = 0; at < outputs.size(); ++at) {
            out += at == 0 ? '{' : ',';
            wire::append_string(out, outputs[at].name);
            out += ':';
            append_output(out, call.slab->output(at), request_of(call).single);
        }
        out += '}';
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
        answer_refusal(context.response(), repository.missing(name, {}));
        context.exchange.send();
    });
}

}  // namespace mettle::predict
