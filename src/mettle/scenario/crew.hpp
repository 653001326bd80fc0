#pragma once

// What the users of one worker share: where they count and under which numbers. One thread.

#include "mettle/load/names.hpp"
#include "mettle/load/recorder.hpp"
#include "mettle/protocols/detail_texts.hpp"
#include "mettle/scenario/event_metrics.hpp"
#include "mettle/scenario/http_session.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace mettle::scenario {

class Crew {
public:
    // All must live longer.
    Crew(const HttpSetup& http_setup, load::Names& names, load::Recorder& its_recorder)
        : setup(http_setup), recorder(its_recorder), names_(names) {}

    std::uint32_t task(std::string_view name, std::string_view method, bool transaction = false);
    std::uint32_t metric(std::string_view name, results::MetricKind kind, std::string_view unit);
    const EventMetrics& event_metrics();  // Named when they are first asked for.

    const HttpSetup& setup;
    load::Recorder& recorder;
    protocols::DetailTexts details;

private:
    using Numbers = std::map<std::string, std::uint32_t, std::less<>>;
    load::Names& names_;
    std::optional<EventMetrics> event_metrics_;
    Numbers tasks_, metrics_;  // Asked for once: the names are behind a lock.
    std::string key_;
};

}  // namespace mettle::scenario
