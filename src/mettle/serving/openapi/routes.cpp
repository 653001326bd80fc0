#include "mettle/serving/openapi/routes.hpp"

#include "mettle/http/content_coding.hpp"
#include "mettle/serving/compression.hpp"
#include "mettle/serving/openapi/pages.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>

namespace mettle::openapi {

namespace {

using Models = std::vector<std::shared_ptr<ServedModel>>;

// What a request without a version gets: the last of each name, since versions ascend.
Models newest_of_each(Models models) {
    Models newest;
    for (auto& model : models) {
        if (!newest.empty() && newest.back()->name() == model->name()) newest.pop_back();
        newest.push_back(std::move(model));
    }
    return newest;
}

DescribedModel describe(const ServedModel& model) {
    DescribedModel described{model.name(), model.version(), model.signature(), {}};
    for (std::size_t input = 0; input < described.signature.inputs.size(); ++input)
        described.pictures.push_back(model.model().takes_pictures(input));
    return described;
}

// The document of the models that were there when it was last asked for.
class Cache {
public:
    Cache(const ModelRepository& repository, const DescribedRoutes& routes)
        : repository_(repository), routes_(routes) {}

    std::shared_ptr<const std::string> document() {
        const Models models = newest_of_each(repository_.all());
        const std::lock_guard lock(mutex_);
        if (text_ && same(models)) return text_;
        std::vector<DescribedModel> described;
        described.reserve(models.size());
        for (const auto& model : models) described.push_back(describe(*model));
        text_ = std::make_shared<const std::string>(open_document(described, routes_));
        models_.assign(models.begin(), models.end());
        return text_;
    }

private:
    // By identity: another model may stand at the address of one that is gone.
    bool same(const Models& models) const {
        return std::ranges::equal(models, models_, [](const auto& now, const auto& then) {
            return !now.owner_before(then) && !then.owner_before(now);
        });
    }

    const ModelRepository& repository_;
    const DescribedRoutes routes_;
    std::mutex mutex_;
    std::vector<std::weak_ptr<ServedModel>> models_;
    std::shared_ptr<const std::string> text_;
};

std::string closing(const std::string& base) {
    if (base.empty()) return "}";
    return fmt::format(R"(,"servers":[{{"url":{}}}]}})", nlohmann::json(base).dump());
}

void answer_document(app::Context& context, Cache& cache) {
    const auto document = cache.document();
    std::string body = *document + closing(context.exchange.base);
    const std::string tag = fmt::format("\"{:016x}\"", std::hash<std::string>()(body));
    http::Response& response = context.response();
    response.add_header("ETag", tag);
    response.add_header("Cache-Control", "no-cache");
    if (context.request().header("if-none-match") == tag) {
        response.status = 304;
        response.content_type = "";
    } else {
        response.body = std::move(body);
        compress(context.request(), response);
    }
    context.exchange.send();
}

// Nothing on these pages comes from elsewhere, and nothing is sent elsewhere. Both libraries write
// style attributes.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' "
    "data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'";

bool takes_gzip(const http::Request& request) {
    return request.header("accept-encoding").contains("gzip");
}

void answer_page(app::Context& context, const Page& page) {
    http::Response& response = context.response();
    response.content_type = page.type;
    response.add_header("Content-Security-Policy", kPolicy);
    response.add_header("X-Content-Type-Options", "nosniff");
    response.add_header("Cache-Control", "no-cache");
    response.add_header("Vary", "Accept-Encoding");
    if (takes_gzip(context.request())) {
        response.add_header("Content-Encoding", "gzip");
        response.body = page.gzip;
    } else {
        constexpr std::size_t kMost = std::size_t{16} << 20;
        (void)http::decode_content("gzip", page.gzip, kMost, response.body);
    }
    context.exchange.send();
}

void add_pages(app::App& app) {
    for (const Page& page : pages())
        app.get(page.path, [&page](app::Context& context) { answer_page(context, page); });
    if (!pages().empty()) return;
    for (const char* path : {"/docs", "/redoc"}) {
        app.get(path, [](app::Context& context) {
            context.response().status = 404;
            context.response().body =
                app::detail_body("this build has no documentation pages: `make web` makes them");
            context.exchange.send();
        });
    }
}

}  // namespace

void add_routes(app::App& app, const ModelRepository& repository, const DescribedRoutes& routes) {
    const auto cache = std::make_shared<Cache>(repository, routes);
    app.get("/openapi.json", [cache](app::Context& context) { answer_document(context, *cache); });
    add_pages(app);
}

}  // namespace mettle::openapi
