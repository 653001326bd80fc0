#include "mettle/serving/torchserve/management_routes.hpp"

#include "mettle/app/form.hpp"
#include "mettle/app/percent.hpp"
#include "mettle/serving/on_connection.hpp"
#include "mettle/serving/torchserve/documents.hpp"
#include "mettle/serving/torchserve/error_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace mettle::torchserve {

namespace {

using app::Context;

// The parameters of a request's query. TorchServe's own that mean nothing here are passed over.
class Parameters {
public:
    static Result<Parameters> of(const Context& context) {
        auto fields = app::read_form(context.request().query);
        if (!fields) return std::unexpected(fields.error());
        return Parameters(*std::move(fields));
    }

    std::string_view text(std::string_view name) const {
        const auto found = std::ranges::find(fields_, name, &app::FormField::name);
        return found == fields_.end() ? std::string_view() : std::string_view(found->value);
    }

    Result<std::uint32_t> number(std::string_view name, std::uint32_t otherwise) const {
        const std::string_view given = text(name);
        if (given.empty()) return otherwise;
        std::uint32_t value = 0;
        const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
        if (error == std::errc() && end == given.data() + given.size()) return value;
        return fail(Error::Kind::invalid_input,
                    fmt::format("{}: '{}' is not a whole number", name, given.substr(0, 40)));
    }

private:
    explicit Parameters(std::vector<app::FormField> fields) : fields_(std::move(fields)) {}

    std::vector<app::FormField> fields_;
};

std::string name_in(const Context& context) {
    std::string room;
    return std::string(app::percent_decoded(context.params[0], room));
}

// What the keeper did becomes a sentence, made once it is done, or an error.
RepositoryKeeper::Done saying(Context& context, std::function<std::string()> sentence) {
    return on_connection(
        context, [sentence = std::move(sentence)](http::Exchange& exchange, const auto& outcome) {
            if (outcome)
                exchange.response.body = status_body(sentence());
            else
                answer_refusal(exchange.response, outcome.error());
            exchange.send();
        });
}

class Management {
public:
    Management(const ModelRepository& repository, RepositoryKeeper& keeper)
        : repository_(repository), keeper_(keeper) {}

    void list(Context& context) const {
        constexpr std::uint32_t kMost = 100;
        const auto parameters = Parameters::of(context);
        if (!parameters) return torchserve::refuse(context, parameters.error());
        const auto limit = parameters->number("limit", kMost);
        const auto from = parameters->number("next_page_token", 0);
        if (!limit) return torchserve::refuse(context, limit.error());
        if (!from) return torchserve::refuse(context, from.error());
        answer(context,
               model_list(repository_, *from, std::clamp<std::uint32_t>(*limit, 1, kMost)));
    }

    void describe(Context& context) const {
        if (const auto model = find_model(repository_, context))
            answer(context, describe_models({model}));
    }

    void describe_all(Context& context) const {
        const std::string name = name_in(context);
        auto models = repository_.all();
        std::erase_if(models, [&](const auto& model) { return model->name() != name; });
        if (models.empty() && !find_model(repository_, context)) return;
        answer(context, describe_models(models));
    }

    void register_model(Context& context) {
        const auto parameters = Parameters::of(context);
        if (!parameters) return torchserve::refuse(context, parameters.error());
        const std::string url(parameters->text("url"));
        if (url.empty()) return torchserve::refuse(context, 400, "Parameter url is required.");
        const std::string_view name = parameters->text("model_name");
        if (!name.empty() && name != url)
            return torchserve::refuse(
                context, 400,
                fmt::format("url: '{}' is a model's name in the repository, and model_name, where "
                            "it is given, the same",
                            url.substr(0, 100)));
        if (const auto served = repository_.find(url))
            return torchserve::refuse(
                context, 409,
                fmt::format("Model version {} is already registered for model {}",
                            served->version(), url));
        keeper_.load(url, "", saying(context, [this, url] { return registered(url); }));
    }

    void unregister(Context& context) {
        const auto model = find_model(repository_, context);
        if (!model) return;
        const bool names_a_version = context.params.size() > 1;
        if (names_a_version && repository_.versions_of(model->name()).size() > 1)
            return torchserve::refuse(
                context, 403,
                fmt::format("Cannot remove version {} of model {} alone: which versions are served "
                            "is its version_policy's to say",
                            model->version(), model->name()));
        keeper_.unload(model->name(), saying(context, [name = model->name()] {
                           return fmt::format("Model \"{}\" unregistered", name);
                       }));
    }

    void scale(Context& context) const {
        const auto model = find_model(repository_, context);
        if (!model) return;
        const auto parameters = Parameters::of(context);
        if (!parameters) return torchserve::refuse(context, parameters.error());
        const auto least = parameters->number("min_worker", 1);
        if (!least) return torchserve::refuse(context, least.error());
        const auto most = parameters->number("max_worker", *least);
        if (!most) return torchserve::refuse(context, most.error());
        if (*most < *least)
            return torchserve::refuse(context, 400, "max_worker cannot be less than min_worker.");
        const int has = workers_of(*model);
        if (std::cmp_less(has, *least) || std::cmp_greater(has, *most))
            return torchserve::refuse(
                context, 501,
                fmt::format("model {} has {} worker{}: their number is set by --workers or the "
                            "model's instance_group, not by request",
                            model->name(), has, has == 1 ? "" : "s"));
        answer(context,
               status_body(fmt::format("Workers scaled to {} for model: {}", has, model->name())));
    }

    void set_default(Context& context) {
        const auto model = find_model(repository_, context);
        if (!model) return;
        keeper_.prefer(model->name(), model->version(),
                       saying(context, [name = model->name(), version = model->version()] {
                           return fmt::format(
                               "Default version successfully updated for model \"{}\" to \"{}\"",
                               name, version);
                       }));
    }

private:
    std::string registered(const std::string& name) const {
        const auto model = repository_.find(name);
        if (!model) return fmt::format("Model \"{}\" registered", name);
        const int workers = workers_of(*model);
        return fmt::format("Model \"{}\" Version: {} registered with {} initial worker{}", name,
                           model->version(), workers, workers == 1 ? "" : "s");
    }

    const ModelRepository& repository_;
    RepositoryKeeper& keeper_;
};

}  // namespace

void add_management_routes(app::App& app, const ModelRepository& repository,
                           RepositoryKeeper& keeper) {
    using ErrorForm = std::string (*)(int, std::string_view);
    app.errors_below("/models", static_cast<ErrorForm>(error_body));
    const auto shared = std::make_shared<Management>(repository, keeper);
    app.get("/models", [shared](Context& context) { shared->list(context); });
    app.post("/models", [shared](Context& context) { shared->register_model(context); });
    for (const std::string_view path : {"/models/{model}", "/models/{model}/{version}"}) {
        app.get(path, [shared](Context& context) { shared->describe(context); });
        app.add("PUT", path, [shared](Context& context) { shared->scale(context); });
        app.add("DELETE", path, [shared](Context& context) { shared->unregister(context); });
    }
    app.get("/models/{model}/all", [shared](Context& context) { shared->describe_all(context); });
    app.add("PUT", "/models/{model}/{version}/set-default",
            [shared](Context& context) { shared->set_default(context); });
}

}  // namespace mettle::torchserve
