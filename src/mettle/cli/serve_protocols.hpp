#pragma once

// The inference protocols by their names, as `mettle serve --protocols` takes them.

#include "mettle/app/app.hpp"
#include "mettle/inference/repository_keeper.hpp"
#include "mettle/serving/model_route.hpp"
#include "mettle/serving/readiness.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace mettle::cli {

using ProtocolSet = std::set<std::string, std::less<>>;

const std::vector<std::string>& protocol_names();

// What the routes refer to; outlives the app.
struct Served {
    const ModelRepository& repository;
    const Readiness& readiness;
    RepositoryKeeper& keeper;
    RouteOptions routes;
};

// Adds the routes of those that are on. Paths of the others are 404, and say in their protocol's
// form that it is switched off.
void add_protocols(app::App& app, const ProtocolSet& on, const Served& served);

}  // namespace mettle::cli
