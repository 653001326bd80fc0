#include "mettle/serving/v2/find_model.hpp"

#include "mettle/app/percent.hpp"
#include "mettle/serving/error_answer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::v2 {

namespace {

Error no_model(const ModelRepository& repository, std::string_view name, std::string_view version) {
    const bool is_number =
        std::ranges::all_of(version, [](char digit) { return digit >= '0' && digit <= '9'; });
    if (!is_number) {
        return {Error::Kind::invalid_input,
                fmt::format("model version '{}' is not a whole number", version)};
    }
    return repository.missing(name, version);
}

}  // namespace

std::shared_ptr<ServedModel> find_model(const ModelRepository& repository, app::Context& context) {
    std::string decoded;
    const std::string_view name = app::percent_decoded(context.params[0], decoded);
    const std::string_view version =
        context.params.size() > 1 ? context.params[1] : std::string_view();
    auto model = repository.find(name, version);
    if (!model) {
        const Error error = no_model(repository, name, version);
        answer_error(context.response(), error, retry_after_ms(error));
    }
    return model;
}

}  // namespace mettle::v2
