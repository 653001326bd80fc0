#include "mettle/monitor/sampler.hpp"

namespace mettle::monitor {

void Probe::level(std::string_view quantity, std::string_view unit, double value) {
    name_.assign(subject_).append(".").append(quantity);
    to_->put(name_, unit, value, weight_);
}

std::optional<double> Probe::growth(std::string_view quantity, std::string_view unit,
                                    double count) {
    auto found = growths_.find(quantity);
    if (found == growths_.end()) found = growths_.emplace(std::string(quantity), Growth()).first;
    const auto growth = found->second.per_second(count, moment_);
    if (growth) level(quantity, unit, *growth);
    return growth;
}

}  // namespace mettle::monitor
