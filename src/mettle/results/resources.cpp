#include "mettle/results/resources.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace mettle::results {
namespace {

using Json = nlohmann::ordered_json;

// Six digits: what is measured 4 times a second has no more.
Json number(double value) {
    if (!std::isfinite(value)) return nullptr;
    if (value == 0) return 0;
    const double scale = std::pow(10, 5 - std::floor(std::log10(std::abs(value))));
    if (!std::isfinite(scale) || scale < 1) return std::round(value);
    return std::round(value * scale) / scale;
}

Json series_json(const ResourceSeries& series) {
    Json values = Json::array();
    for (const double value : series.values) values.push_back(number(value));
    return {{"name", series.name},           {"unit", series.unit},
            {"count", series.count},         {"min", number(series.min)},
            {"mean", number(series.mean)},   {"max", number(series.max)},
            {"first", number(series.first)}, {"last", number(series.last)},
            {"values", std::move(values)}};
}

}  // namespace

const ResourceSeries* Resources::find(std::string_view name) const {
    const auto found = std::ranges::find(series, name, &ResourceSeries::name);
    return found == series.end() ? nullptr : &*found;
}

std::optional<double> Resources::mean_of(std::string_view name) const {
    const ResourceSeries* found = find(name);
    return found ? std::optional(found->mean) : std::nullopt;
}

std::optional<double> Resources::max_of(std::string_view name) const {
    const ResourceSeries* found = find(name);
    return found ? std::optional(found->max) : std::nullopt;
}

std::optional<double> Resources::at(std::string_view name, double moment_s) const {
    const ResourceSeries* found = find(name);
    const auto row = std::ranges::lower_bound(t_s, moment_s - 1e-6);
    if (!found || row == t_s.end()) return {};
    const double value = found->values[static_cast<std::size_t>(row - t_s.begin())];
    return std::isnan(value) ? std::nullopt : std::optional(value);
}

std::string to_json(const Resources& resources) {
    Json series = Json::array();
    for (const ResourceSeries& each : resources.series) series.push_back(series_json(each));
    Json times = Json::array();
    for (const double moment : resources.t_s) times.push_back(number(moment));
    const Json json = {{"watched", resources.watched},
                       {"notes", resources.notes},
                       {"monitor_cpu", number(resources.monitor_cpu)},
                       {"t_s", std::move(times)},
                       {"series", std::move(series)}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace mettle::results
