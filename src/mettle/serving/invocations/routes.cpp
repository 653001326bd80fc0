#include "mettle/serving/invocations/routes.hpp"

#include "mettle/http/media_type.hpp"
#include "mettle/serving/error_answer.hpp"
#include "mettle/serving/invocations/request.hpp"
#include "mettle/serving/invocations/response.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace mettle::invocations {

namespace {

using app::Context;

// MLflow's words for a status.
std::string_view code_of(int status) {
    switch (status) {
        case 400:
        case 405:
        case 413:
        case 415:
            return "BAD_REQUEST";
        case 404:
            return "RESOURCE_DOES_NOT_EXIST";
        case 429:
            return "REQUEST_LIMIT_EXCEEDED";
        case 503:
            return "TEMPORARILY_UNAVAILABLE";
        case 504:
            return "DEADLINE_EXCEEDED";
        default:
            return "INTERNAL_ERROR";
    }
}

std::string error_body(int status, std::string_view message) {
    using Json = nlohmann::ordered_json;
    const Json body = {{"error_code", code_of(status)}, {"message", message}};
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void answer_refusal(http::Response& response, const Error& error, int retry_after_ms = 0) {
    answer_error(response, error, retry_after_ms);
    // What is not supported here is a type or a coding of the content.
    if (error.kind == Error::Kind::unsupported) response.status = 415;
    response.body = error_body(response.status, error.message);
}

// SageMaker's clients ask for one type; who lists several gets JSON.
bool wants_csv(const http::Request& request) {
    return http::same_name(http::media_type(request.header("accept")), "text/csv");
}

struct InvocationQuestion final : Question {
    Request request;
};

Request& request_of(HttpCall& call) {
    return static_cast<InvocationQuestion&>(*call.question).request;
}

class InvocationDialect final : public Dialect {
public:
    std::unique_ptr<Question> make_question() const override {
        return std::make_unique<InvocationQuestion>();
    }

    Result<void> read(HttpCall& call) const override {
        thread_local RequestParser parser;
        Request& request = request_of(call);
        auto read =
            parser.parse(call.exchange->request, call.model->signature(), *call.slab, request);
        call.rows = request.rows;
        return read;
    }

    Result<void> write(HttpCall& call, http::Response& response) const override {
        const Request& request = request_of(call);
        if (wants_csv(call.exchange->request)) {
            response.content_type = "text/csv";
            return encode_csv(call.model->signature(), request.rows, *call.slab, response.body);
        }
        return encode_predictions(call.model->signature(), request.by_row, request.rows, *call.slab,
                                  response.body);
    }

    void refuse(http::Response& response, const Error& error, int retry_after_ms) const override {
        answer_refusal(response, error, retry_after_ms);
    }
};

std::set<std::string> names_of(const ModelRepository& repository) {
    std::set<std::string> names;
    for (const auto& entry : repository.index()) names.insert(entry.name);
    return names;
}

// A target is called as its archive, too.
std::string_view without_archive(std::string_view target) {
    constexpr std::string_view kArchive = ".tar.gz";
    if (target.ends_with(kArchive)) target.remove_suffix(kArchive.size());
    return target;
}

Result<std::shared_ptr<ServedModel>> find_model(const ModelRepository& repository,
                                                std::string_view target) {
    std::string name(without_archive(target));
    if (name.empty()) {
        const auto names = names_of(repository);
        if (names.size() != 1) {
            constexpr std::size_t kMostNames = 20;
            const std::vector<std::string> some(
                names.begin(), std::next(names.begin(), std::min(names.size(), kMostNames)));
            return fail(Error::Kind::invalid_input,
                        fmt::format("there are {} models ({}{}): name one in the header "
                                    "x-amzn-sagemaker-target-model",
                                    names.size(), fmt::join(some, ", "),
                                    names.size() > kMostNames ? ", ..." : ""));
        }
        name = *names.begin();
    }
    if (auto model = repository.find(name)) return model;
    return std::unexpected(repository.missing(name));
}

}  // namespace

void add_routes(app::App& app, const ModelRepository& repository, const RouteOptions& options) {
    app.errors_below("/invocations", error_body);
    const auto route = std::make_shared<ModelRoute>(std::make_unique<InvocationDialect>(), options);
    app.post("/invocations", [route, &repository](Context& context) {
        auto model =
            find_model(repository, context.request().header("x-amzn-sagemaker-target-model"));
        if (model) return route->handle(context.exchange, *std::move(model));
        answer_refusal(context.response(), model.error(), retry_after_ms(model.error()));
        context.exchange.send();
    });
}

}  // namespace mettle::invocations
