#include "mettle/cli/recorded_requests.hpp"

#include "mettle/base/exit_code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace mettle::cli {

namespace {

constexpr std::size_t kMostTasks = 1'000;  // The rest counts as one, by method.
constexpr std::size_t kMostDifferent = 1'000'000;
constexpr std::size_t kShortestHexId = 16;

bool is_hexadecimal(char character) {
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'f') ||
           (character >= 'A' && character <= 'F');
}

bool is_id(std::string_view segment) {
    if (segment.empty()) return false;
    if (std::ranges::all_of(segment, [](char c) { return c >= '0' && c <= '9'; })) return true;
    const bool uuid_like =
        std::ranges::all_of(segment, [](char c) { return is_hexadecimal(c) || c == '-'; });
    return uuid_like && segment.size() >= kShortestHexId;
}

class Tasks {
public:
    explicit Tasks(const LoadOptions& options) : options_(options) {}

    load::PlannedRequest add(const load::RecordedRequest& recorded) {
        const std::string& method = recorded.method.empty() ? options_.method : recorded.method;
        const std::string& target =
            recorded.target.empty() ? options_.target.url.target : recorded.target;
        const auto [entry, added] =
            known_.try_emplace(method + " " + target + "\n" + recorded.body);
        if (!added) return entry->second;
        if (known_.size() > kMostDifferent)
            throw StartupError("there are more than a million different requests in it");
        const std::uint32_t number = task_of(method, task_name(target));
        auto& requests = made_.tasks[number].requests;
        entry->second = {number, static_cast<std::uint32_t>(requests.size())};
        requests.push_back({{method, target, options_.headers, recorded.body}, nullptr});
        return entry->second;
    }
    RecordedTasks& made() { return made_; }

private:
    std::uint32_t task_of(const std::string& method, std::string name) {
        if (made_.tasks.size() >= kMostTasks && !numbers_.contains({method, name}))
            name = "(other)";
        const auto [entry, added] =
            numbers_.try_emplace({method, name}, static_cast<std::uint32_t>(made_.tasks.size()));
        if (added) made_.tasks.push_back({name, method, 1, {}});
        return entry->second;
    }

    const LoadOptions& options_;
    RecordedTasks made_;
    std::map<std::pair<std::string, std::string>, std::uint32_t> numbers_;
    std::unordered_map<std::string, load::PlannedRequest> known_;
};

}  // namespace

std::string task_name(std::string_view target) {
    std::string_view path = target.substr(0, target.find_first_of("?#"));
    std::string name;
    while (!path.empty()) {
        const auto slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        name += is_id(segment) ? "{id}" : segment;
        if (slash == std::string_view::npos) break;
        name += '/';
        path.remove_prefix(slash + 1);
    }
    return name;
}

RecordedTasks make_recorded_tasks(const LoadOptions& options) {
    Tasks tasks(options);
    for (const load::RecordedRequest& recorded : options.recording->requests) {
        const load::PlannedRequest planned = tasks.add(recorded);
        tasks.made().requests.push_back(planned);
    }
    return std::move(tasks.made());
}

}  // namespace mettle::cli
