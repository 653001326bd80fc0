#include "mettle/scenario/user_settings.hpp"

#include "mettle/base/similar.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace mettle::scenario {

namespace {

using Json = nlohmann::json;

constexpr double kMostWeight = 1e9;
constexpr int kMostUsers = 1'000'000;
constexpr std::size_t kMostSettings = 1'000;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

// "; did you mean 'browse'?", or those that there are.
std::string instead_of(const std::string& name, const std::vector<std::string>& known) {
    const std::string similar = most_similar(name, known);
    return similar.empty() ? fmt::format("; there are {}", fmt::join(known, ", "))
                           : fmt::format("; did you mean '{}'?", similar);
}

Result<void> read_weight(const Json& value, UserSettings& settings) {
    const double weight = value.is_number() ? value.get<double>() : -1;
    if (!(weight >= 0 && weight <= kMostWeight))
        return invalid(fmt::format("weight is a number from 0 on, not {}", value.dump()));
    settings.weight = weight;
    return {};
}

Result<void> read_fixed_count(const Json& value, UserSettings& settings) {
    const double count = value.is_number() ? value.get<double>() : -1;
    if (!(count >= 0 && count <= kMostUsers) || count != std::floor(count))
        return invalid(fmt::format("fixed_count is a whole number from 0 to {}, not {}", kMostUsers,
                                   value.dump()));
    settings.fixed_count = static_cast<int>(count);
    return {};
}

Result<void> read_tasks(const Json& value, UserSettings& settings) {
    const bool names = value.is_array() && std::ranges::all_of(value, [](const Json& name) {
                           return name.is_string();
                       });
    if (!names) return invalid("tasks is a list of the names of tasks");
    settings.tasks = value.get<std::vector<std::string>>();
    return {};
}

Result<void> read_key(const std::string& key, const Json& value, UserSettings& settings) {
    if (key == "weight") return read_weight(value, settings);
    if (key == "fixed_count") return read_fixed_count(value, settings);
    if (key == "tasks") return read_tasks(value, settings);
    if (key == "host")
        return invalid("a load has one target, -H; absolute URLs go to other hosts of a scenario");
    return invalid(fmt::format("'{}' is not known{}", key,
                               instead_of(key, {"weight", "fixed_count", "tasks"})));
}

Result<UserSettings> read_one(const Json& json) {
    if (!json.is_object())
        return invalid("write an object, as {\"user_class_name\": \"Shopper\", \"weight\": 2}");
    UserSettings settings;
    const auto name = json.find("user_class_name");
    if (name == json.end() || !name->is_string())
        return invalid("\"user_class_name\" says which class it is about, and is not there");
    settings.user_class = name->get<std::string>();
    for (const auto& [key, value] : json.items()) {
        if (key == "user_class_name") continue;
        if (auto read = read_key(key, value, settings); !read)
            return invalid(fmt::format("{}: {}", settings.user_class, read.error().message));
    }
    return settings;
}

template <typename Users>
auto find_class(const UserSettings& settings, Users& users) -> Result<decltype(&users[0])> {
    std::vector<std::string> names;
    for (auto& user : users) {
        if (user.name == settings.user_class) return &user;
        names.push_back(user.name);
    }
    return invalid(fmt::format("there is no user class '{}'{}", settings.user_class,
                               instead_of(settings.user_class, names)));
}

template <typename Tasks>
Result<void> keep_tasks(const UserSettings& settings, bool chain, Tasks& tasks) {
    const std::vector<std::string>& kept = *settings.tasks;
    const std::string& name = settings.user_class;
    if (chain) return invalid(fmt::format("{}: a chain of tasks cannot be picked from", name));
    std::vector<std::string> known;
    for (const auto& task : tasks) known.push_back(task.name);
    for (const std::string& each : kept) {
        if (std::ranges::find(known, each) == known.end())
            return invalid(
                fmt::format("{} has no task '{}'{}", name, each, instead_of(each, known)));
    }
    std::erase_if(
        tasks, [&](const auto& task) { return std::ranges::find(kept, task.name) == kept.end(); });
    if (tasks.empty()) return invalid(fmt::format("{}: no task is left", name));
    return {};
}

template <typename User>
void set_amounts(const UserSettings& settings, User& user) {
    if (settings.weight) user.weight = *settings.weight;
    if (settings.fixed_count) user.fixed_count = *settings.fixed_count;
}

void equal_weights(TaskSetSpec& set) {
    for (TaskSpec& task : set.tasks) {
        if (task.weight > 0) task.weight = 1;
        if (task.nested) equal_weights(*task.nested);
    }
}

}  // namespace

Result<std::vector<UserSettings>> parse_user_settings(std::string_view text) {
    const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded()) return invalid("it is not valid JSON");
    std::vector<UserSettings> all;
    for (const Json& each : json.is_array() ? json : Json::array({json})) {
        if (all.size() == kMostSettings)
            return invalid(fmt::format("more than {} settings", kMostSettings));
        auto settings = read_one(each);
        if (!settings) return std::unexpected(settings.error());
        all.push_back(std::move(*settings));
    }
    return all;
}

Result<void> apply_settings(const UserSettings& settings, std::vector<UserSpec>& users) {
    const auto user = find_class(settings, users);
    if (!user) return std::unexpected(user.error());
    TaskSetSpec& set = (*user)->set;
    set_amounts(settings, **user);
    if (!settings.tasks) return {};
    return keep_tasks(settings, set.order == TaskSetSpec::Order::markov, set.tasks);
}

Result<void> apply_settings(const UserSettings& settings, std::vector<UserKind>& users) {
    const auto user = find_class(settings, users);
    if (!user) return std::unexpected(user.error());
    set_amounts(settings, **user);
    if (!settings.tasks) return {};
    return keep_tasks(settings, !(*user)->moves.empty(), (*user)->tasks);
}

void equal_weights(std::vector<UserSpec>& users) {
    for (UserSpec& user : users) {
        if (user.weight > 0) user.weight = 1;
        equal_weights(user.set);
    }
}

void equal_weights(std::vector<UserKind>& users) {
    for (UserKind& user : users) {
        if (user.weight > 0) user.weight = 1;
        for (UserTask& task : user.tasks)
            if (task.weight > 0) task.weight = 1;
    }
}

}  // namespace mettle::scenario
