#include "mettle/serving/tfs/routes.hpp"

#include "mettle/app/percent.hpp"
#include "mettle/serving/error_answer.hpp"
#include "mettle/serving/model_route.hpp"
#include "mettle/serving/tfs/dialects.hpp"
#include "mettle/serving/tfs/documents.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace mettle::tfs {

namespace {

using app::Context;

// What the path says of a version.
enum class Wanted { newest, version, label };

void refuse(Context& context, const Error& error) {
    answer_error(context.response(), error, retry_after_ms(error));
    context.exchange.send();
}

bool is_number(std::string_view text) {
    return !text.empty() &&
           std::ranges::all_of(text, [](char digit) { return digit >= '0' && digit <= '9'; });
}

Error no_model(const ModelRepository& repository, std::string_view name, Wanted wanted,
               std::string_view which) {
    // One that was evicted, or is being loaded, is asked for and may be there soon.
    if (wanted != Wanted::label) {
        Error missing = repository.missing(name, which);
        if (missing.kind == Error::Kind::unavailable) return missing;
    }
    switch (wanted) {
        case Wanted::label:
            return {
                Error::Kind::invalid_input,
                fmt::format("Unrecognized servable version label: {} of model {}", which, name)};
        case Wanted::version:
            if (!is_number(which))
                return {Error::Kind::invalid_input,
                        fmt::format("model version '{}' is not a whole number", which)};
            return {Error::Kind::not_found,
                    fmt::format("Could not find version {} of model {}", which, name)};
        case Wanted::newest:
            break;
    }
    return {Error::Kind::not_found, fmt::format("Could not find any versions of model {}", name)};
}

class Routes {
public:
    Routes(const ModelRepository& repository, const RouteOptions& options)
        : repository_(repository),
          predict_(make_dialect(Verb::predict), options),
          classify_(make_dialect(Verb::classify), options),
          regress_(make_dialect(Verb::regress), options) {}

    // ".../half:predict": the verb stands behind the last colon of the path.
    void ask(Context& context, Wanted wanted) {
        std::string name_room, which_room;
        std::string_view name = app::percent_decoded(context.params[0], name_room);
        std::string_view which = wanted == Wanted::newest
                                     ? std::string_view()
                                     : app::percent_decoded(context.params[1], which_room);
        std::string_view& last = wanted == Wanted::newest ? name : which;
        const std::size_t colon = last.rfind(':');
        const std::string_view verb =
            colon == std::string_view::npos ? std::string_view() : last.substr(colon + 1);
        last = last.substr(0, colon);
        ModelRoute* const route = route_of(verb);
        if (!route)
            return refuse(context,
                          {Error::Kind::not_found,
                           fmt::format("'{}' is no question to a model: a POST's path ends in "
                                       ":predict, :classify or :regress",
                                       verb)});
        auto model = find(name, wanted, which);
        if (!model) return refuse(context, no_model(repository_, name, wanted, which));
        route->handle(context.exchange, std::move(model));
    }

    void status(Context& context, Wanted wanted) {
        std::string name_room, which_room;
        const std::string_view name = app::percent_decoded(context.params[0], name_room);
        const std::string_view which = wanted == Wanted::newest
                                           ? std::string_view()
                                           : app::percent_decoded(context.params[1], which_room);
        std::vector<std::shared_ptr<ServedModel>> versions;
        if (wanted == Wanted::newest) {
            versions = repository_.all();
            std::erase_if(versions, [&](const auto& model) { return model->name() != name; });
            std::ranges::reverse(versions);  // The newest first.
        } else if (auto model = find(name, wanted, which)) {
            versions.push_back(std::move(model));
        }
        if (versions.empty()) return refuse(context, no_model(repository_, name, wanted, which));
        answer(context, version_status(versions));
    }

    void metadata(Context& context, Wanted wanted) {
        std::string name_room, which_room;
        const std::string_view name = app::percent_decoded(context.params[0], name_room);
        const std::string_view which = wanted == Wanted::newest
                                           ? std::string_view()
                                           : app::percent_decoded(context.params[1], which_room);
        const auto model = find(name, wanted, which);
        if (!model) return refuse(context, no_model(repository_, name, wanted, which));
        answer(context, model_metadata(*model));
    }

private:
    ModelRoute* route_of(std::string_view verb) {
        if (verb == "predict") return &predict_;
        if (verb == "classify") return &classify_;
        return verb == "regress" ? &regress_ : nullptr;
    }

    std::shared_ptr<ServedModel> find(std::string_view name, Wanted wanted,
                                      std::string_view which) const {
        if (wanted == Wanted::label) return repository_.find_labelled(name, which);
        return repository_.find(name, which);
    }

    const ModelRepository& repository_;
    ModelRoute predict_;
    ModelRoute classify_;
    ModelRoute regress_;
};

}  // namespace

void add_routes(app::App& app, const ModelRepository& repository, const RouteOptions& options) {
    app.errors_below("/v1/models", app::error_body);
    const auto routes = std::make_shared<Routes>(repository, options);
    constexpr std::array<std::pair<std::string_view, Wanted>, 3> kPaths = {
        {{"/v1/models/{model}", Wanted::newest},
         {"/v1/models/{model}/versions/{version}", Wanted::version},
         {"/v1/models/{model}/labels/{label}", Wanted::label}}};
    for (const auto& [path, wanted] : kPaths) {
        app.get(path, [routes, wanted](Context& context) { routes->status(context, wanted); });
        app.post(path, [routes, wanted](Context& context) { routes->ask(context, wanted); });
        app.get(std::string(path) + "/metadata",
                [routes, wanted](Context& context) { routes->metadata(context, wanted); });
    }
}

}  // namespace mettle::tfs
