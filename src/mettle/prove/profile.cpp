#include "mettle/prove/profile.hpp"

#include <fmt/format.h>

namespace mettle::prove {
namespace {

using namespace std::chrono_literals;

Profile default_profile() {
    Profile profile;
    profile.name = "default";
    profile.budget = 2min;
    profile.cold_start_each = 400ms;
    profile.concurrency = {1, 4, 16};
    profile.level = 2s;
    profile.unloaded = 2s;
    profile.steady = 12s;
    profile.probe = 1500ms;
    profile.confirm = 8s;
    profile.capacity = 42s;
    profile.overload = 2500ms;
    profile.recovery = 3s;
    profile.payload_rows = {1, 4, 16, 64};
    profile.payload_users = {1, 4, 16};
    profile.payload = 250ms;
    return profile;
}

Profile quick_profile() {
    Profile profile = default_profile();
    profile.name = "quick";
    profile.budget = 45s;
    profile.concurrency = {1, 8};
    profile.level = 1s;
    profile.unloaded = 1s;
    profile.steady = 4s;
    profile.probe = 700ms;
    profile.confirm = 4s;
    profile.capacity = 12s;
    profile.overload = 700ms;
    profile.recovery = 1200ms;
    profile.payload = 120ms;
    profile.most_bisect = 3;
    return profile;
}

Profile strict_profile() {
    Profile profile = default_profile();
    profile.name = "strict";
    profile.budget = 10min;
    profile.cold_starts = 10;
    profile.concurrency = {1, 4, 16, 64};
    profile.level = 5s;
    profile.unloaded = 5s;
    profile.steady = 60s;
    profile.probe = 5s;
    profile.confirm = 40s;
    profile.capacity = 240s;
    profile.overload = 10s;
    profile.recovery = 10s;
    profile.payload_rows = {1, 2, 4, 8, 16, 32, 64};
    profile.payload_users = {1, 2, 4, 8, 16, 32};
    profile.payload = 1s;
    return profile;
}

}  // namespace

Result<Profile> profile_named(std::string_view name) {
    if (name == "default") return default_profile();
    if (name == "quick") return quick_profile();
    if (name == "strict") return strict_profile();
    return fail(
        Error::Kind::invalid_input,
        fmt::format("there is no profile '{}': quick, default or strict, or a YAML file", name));
}

Profile scaled(const Profile& profile, double factor) {
    Profile result = profile;
    for (Duration* time :
         {&result.level, &result.unloaded, &result.steady, &result.probe, &result.confirm,
          &result.capacity, &result.overload, &result.recovery, &result.payload}) {
        *time = std::chrono::duration_cast<Duration>(*time * factor);
    }
    return result;
}

}  // namespace mettle::prove
