#include "mettle/serving/index_route.hpp"

#include "mettle/base/version.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <vector>

namespace mettle {

namespace {

using Json = nlohmann::ordered_json;

std::vector<std::pair<const char*, std::string>> links_of(const IndexLinks& links) {
    std::vector<std::pair<const char*, std::string>> all = {{"openapi", "/openapi.json"},
                                                            {"docs", "/docs"},
                                                            {"redoc", "/redoc"},
                                                            {"ready", "/health/ready"}};
    if (links.metrics) all.emplace_back("metrics", "/metrics");
    return all;
}

std::string as_json(const ModelRepository& repository, const std::string& base,
                    const IndexLinks& links) {
    Json models = Json::array();
    for (const auto& model : repository.all()) {
        Json entry = {{"name", model->name()},
                      {"version", model->version()},
                      {"execution_providers", model->model().devices()},
                      {"signature", model->signature().to_string()}};
        if (links.v2) entry["infer"] = base + "/v2/models/" + model->name() + "/infer";
        if (links.predict) entry["predict"] = base + "/predict/" + model->name();
        models.push_back(std::move(entry));
    }
    Json document = {{"server", "mettle"}, {"version", version()}, {"models", std::move(models)}};
    for (const auto& [name, path] : links_of(links)) document[name] = base + path;
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char character : text) {
        switch (character) {
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '&':
                out += "&amp;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += character;
        }
    }
    return out;
}

std::string as_html(const ModelRepository& repository, const std::string& base,
                    const IndexLinks& links) {
    std::string page = fmt::format(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Mettle</title>"
        "</head>\n<body><h1>Mettle {}</h1>\n<ul>\n",
        escaped(version()));
    for (const auto& model : repository.all())
        page += fmt::format("<li><b>{}</b> (version {}): <code>{}</code></li>\n",
                            escaped(model->name()), escaped(model->version()),
                            escaped(model->signature().to_string()));
    page += "</ul>\n<ul>\n";
    for (const auto& [name, path] : links_of(links))
        page += fmt::format("<li><a href=\"{}\">{}</a></li>\n", escaped(base + path), name);
    return page + "</ul></body></html>\n";
}

// A browser names text/html; curl and clients say */* or nothing.
bool prefers_html(const http::Request& request) {
    const std::string_view accept = request.header("accept");
    const auto html = accept.find("text/html"), json = accept.find("application/json");
    return html != std::string_view::npos && html < json;
}

}  // namespace

void add_index_route(app::App& app, const ModelRepository& repository, const IndexLinks& links) {
    app.get("/", [&repository, links](app::Context& context) {
        http::Response& response = context.response();
        const std::string& base = context.exchange.base;
        response.add_header("Vary", "Accept");
        if (prefers_html(context.request())) {
            response.content_type = "text/html; charset=utf-8";
            response.add_header("Content-Security-Policy", "default-src 'none'");
            response.body = as_html(repository, base, links);
        } else {
            response.body = as_json(repository, base, links);
        }
        context.exchange.send();
    });
}

}  // namespace mettle
