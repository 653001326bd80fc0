#pragma once

// Changes to classes of users that the command line makes: Locust's --config-users and
// --equal-weights. They come before anything is chosen by name or by tag.

#include "mettle/base/result.hpp"
#include "mettle/scenario/document.hpp"
#include "mettle/scenario/user.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::scenario {

struct UserSettings {
    std::string user_class;
    std::optional<double> weight = {};
    std::optional<int> fixed_count = {};
    std::optional<std::vector<std::string>> tasks = {};  // Those that are left.
};

// {"user_class_name": "Shopper", "weight": 2, "fixed_count": 5, "tasks": ["browse"]}, or a list of
// such. Errors: what is no JSON, a key that is not known, a value of the wrong kind or out of
// bounds.
Result<std::vector<UserSettings>> parse_user_settings(std::string_view json);

// For users of a scenario in YAML, and for those written in C++. Errors: a class or a task that is
// not there, no task left, tasks of a chain.
Result<void> apply_settings(const UserSettings& settings, std::vector<UserSpec>& users);
Result<void> apply_settings(const UserSettings& settings, std::vector<UserKind>& users);

// Every class and every task as often as the next; those of weight 0 stay out. Orders and chains
// of tasks are left as they are.
void equal_weights(std::vector<UserSpec>& users);
void equal_weights(std::vector<UserKind>& users);

}  // namespace mettle::scenario
