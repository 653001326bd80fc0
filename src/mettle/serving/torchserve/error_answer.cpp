#include "mettle/serving/torchserve/error_answer.hpp"

#include "mettle/app/percent.hpp"
#include "mettle/serving/error_answer.hpp"
#include "mettle/serving/model_route.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace mettle::torchserve {

namespace {

std::string_view type_of(int status) {
    switch (status) {
        case 400:
            return "BadRequestException";
        case 403:
            return "ForbiddenException";
        case 404:
            return "ResourceNotFoundException";
        case 405:
            return "MethodNotAllowedException";
        case 409:
            return "ConflictStatusException";
        case 413:
            return "RequestEntityTooLargeException";
        case 429:
            return "TooManyRequestsException";
        case 501:
            return "NotImplementedException";
        case 503:
            return "ServiceUnavailableException";
        case 504:
            return "RequestTimeoutException";
        default:
            return "InternalServerException";
    }
}

void answer_no_model(http::Response& response, const ModelRepository& repository,
                     std::string_view name, std::string_view version) {
    const Error missing = repository.missing(name, version);
    if (missing.kind == Error::Kind::unavailable)
        return answer_refusal(response, missing, retry_after_ms(missing));
    const bool has_others = !version.empty() && !repository.versions_of(name).empty();
    response.status = 404;
    response.body =
        has_others
            ? error_body(
                  404, "ModelVersionNotFoundException",
                  fmt::format("Model version: {} does not exist for model: {}", version, name))
            : error_body(404, "ModelNotFoundException", fmt::format("Model not found: {}", name));
}

}  // namespace

std::string error_body(int status, std::string_view type, std::string_view message) {
    using Json = nlohmann::ordered_json;
    const Json body = {{"code", status}, {"type", type}, {"message", message}};
    return body.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string error_body(int status, std::string_view message) {
    return error_body(status, type_of(status), message);
}

void answer_refusal(http::Response& response, const Error& error, int retry_after_ms) {
    mettle::answer_error(response, error, retry_after_ms);
    response.body = error_body(response.status, error.message);
}

void refuse(app::Context& context, int status, std::string_view message) {
    answer(context, error_body(status, message), status);
}

void refuse(app::Context& context, const Error& error) {
    answer_refusal(context.response(), error);
    context.exchange.send();
}

std::string_view plain_version(std::string_view version) {
    return version.ends_with(".0") ? version.substr(0, version.size() - 2) : version;
}

std::shared_ptr<ServedModel> find_model(const ModelRepository& repository, app::Context& context) {
    std::string name_room, version_room;
    const std::string_view name = app::percent_decoded(context.params[0], name_room);
    const std::string_view version =
        context.params.size() > 1
            ? plain_version(app::percent_decoded(context.params[1], version_room))
            : std::string_view();
    auto model = repository.find(name, version);
    if (model) return model;
    answer_no_model(context.response(), repository, name, version);
    context.exchange.send();
    return nullptr;
}

}  // namespace mettle::torchserve
