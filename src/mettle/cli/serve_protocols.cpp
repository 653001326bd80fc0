#include "mettle/cli/serve_protocols.hpp"

#include "mettle/serving/invocations/routes.hpp"
#include "mettle/serving/ping_route.hpp"
#include "mettle/serving/predict/routes.hpp"
#include "mettle/serving/tfs/routes.hpp"
#include "mettle/serving/torchserve/error_answer.hpp"
#include "mettle/serving/torchserve/management_routes.hpp"
#include "mettle/serving/torchserve/routes.hpp"
#include "mettle/serving/v2/repository_routes.hpp"
#include "mettle/serving/v2/routes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mettle::cli {

namespace {

std::string error_form(int, std::string_view message) {
    return app::error_body(message);
}
std::string detail_form(int, std::string_view message) {
    return app::detail_body(message);
}
std::string torchserve_form(int status, std::string_view message) {
    return torchserve::error_body(status, message);
}

void add_v2(app::App& app, const Served& served) {
    v2::add_routes(app, served.repository, served.readiness, served.routes);
    v2::add_repository_routes(app, served.repository, served.keeper);
}
void add_tfs(app::App& app, const Served& served) {
    tfs::add_routes(app, served.repository, served.routes);
}
void add_torchserve(app::App& app, const Served& served) {
    torchserve::add_routes(app, served.repository, served.routes);
    torchserve::add_management_routes(app, served.repository, served.keeper);
}
void add_predict(app::App& app, const Served& served) {
    predict::add_routes(app, served.repository, served.routes);
}
void add_invocations(app::App& app, const Served& served) {
    invocations::add_routes(app, served.repository, served.routes);
}

struct Protocol {
    std::string name;
    void (*add)(app::App&, const Served&);
    std::string (*error)(int status, std::string_view message);
    std::vector<std::string> prefixes;
};

const std::vector<Protocol>& protocols() {
    static const std::vector<Protocol> kAll = {
        {"v2", add_v2, error_form, {"/v2"}},
        {"tfs", add_tfs, error_form, {"/v1"}},
        {"torchserve",
         add_torchserve,
         torchserve_form,
         {"/predictions", "/explanations", "/models"}},
        {"predict", add_predict, detail_form, {"/predict"}},
        {"invocations", add_invocations, error_form, {"/invocations"}},
    };
    return kAll;
}

void explain(app::App& app, const Protocol& off, const ProtocolSet& on) {
    const std::string message =
        fmt::format("the protocol '{}' is switched off on this server: its --protocols are {}",
                    off.name, fmt::join(on, ","));
    for (const std::string& prefix : off.prefixes)
        app.errors_below(prefix, [form = off.error, message](int status, std::string_view) {
            return form(status, message);
        });
}

}  // namespace

const std::vector<std::string>& protocol_names() {
    static const std::vector<std::string> kNames = [] {
        std::vector<std::string> names;
        for (const Protocol& protocol : protocols()) names.push_back(protocol.name);
        return names;
    }();
    return kNames;
}

void add_protocols(app::App& app, const ProtocolSet& on, const Served& served) {
    for (const Protocol& protocol : protocols())
        on.contains(protocol.name) ? protocol.add(app, served) : explain(app, protocol, on);
    if (on.contains("torchserve") || on.contains("invocations"))
        add_ping_route(app, served.readiness);
}

}  // namespace mettle::cli
