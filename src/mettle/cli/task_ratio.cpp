#include "mettle/cli/task_ratio.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace mettle::cli {

namespace {

using Json = nlohmann::ordered_json;

// Fixed counts first, the rest of the users by weight.
std::vector<double> class_shares(const std::vector<ClassTasks>& classes, int users) {
    double weights = 0;
    int fixed = 0;
    for (const ClassTasks& each : classes) {
        if (each.fixed_count > 0)
            fixed += each.fixed_count;
        else
            weights += each.weight;
    }
    const double all = std::max(users, fixed + (weights > 0 ? 1 : 0));
    std::vector<double> shares;
    for (const ClassTasks& each : classes) {
        const double count = each.fixed_count > 0
                                 ? each.fixed_count
                                 : (all - fixed) * (weights > 0 ? each.weight / weights : 0);
        shares.push_back(all > 0 ? count / all : 0);
    }
    return shares;
}

double weight_of_all(const ClassTasks& each) {
    double sum = 0;
    for (const auto& [name, weight] : each.tasks) sum += weight;
    return sum > 0 ? sum : 1;
}

// Of one class's tasks, `share` in all.
Json tasks_json(const ClassTasks& each, double share) {
    Json tasks = Json::object();
    for (const auto& [name, weight] : each.tasks)
        tasks[name] = {{"ratio", share * weight / weight_of_all(each)}};
    return tasks;
}

std::string tasks_text(const ClassTasks& each, double share) {
    std::string text;
    for (const auto& [name, weight] : each.tasks)
        text += fmt::format("  {:>6.1f}%  {}\n", 100 * share * weight / weight_of_all(each), name);
    return text;
}

}  // namespace

// The mean of many steps, since a walk may go in circles.
std::vector<double> visits(const std::vector<std::vector<double>>& moves) {
    constexpr int kSteps = 2'000;
    std::vector<double> now(moves.size()), sums(moves.size());
    if (!now.empty()) now[0] = 1;
    for (int step = 0; step < kSteps; ++step) {
        std::vector<double> next(moves.size());
        for (std::size_t from = 0; from < moves.size(); ++from) {
            double all = 0;
            for (const double weight : moves[from]) all += weight;
            for (std::size_t to = 0; to < moves.size() && all > 0; ++to)
                next[to] += now[from] * moves[from][to] / all;
            sums[from] += now[from] / kSteps;
        }
        now = std::move(next);
    }
    return sums;
}

std::string task_ratio_text(const std::vector<ClassTasks>& classes, int users) {
    const std::vector<double> shares = class_shares(classes, users);
    const std::string line(80, '-');
    std::string by_class = "Task ratio per User class\n" + line + "\n";
    std::string total = "\nTotal task ratio\n" + line + "\n";
    for (std::size_t index = 0; index < classes.size(); ++index) {
        const ClassTasks& each = classes[index];
        const std::string head = fmt::format("{:>6.1f}%  {}\n", shares[index] * 100, each.name);
        by_class += head + tasks_text(each, 1);
        total += head + tasks_text(each, shares[index]);
    }
    return by_class + total;
}

std::string task_ratio_json(const std::vector<ClassTasks>& classes, int users) {
    Json per_class = Json::object(), total = Json::object();
    const std::vector<double> shares = class_shares(classes, users);
    for (std::size_t index = 0; index < classes.size(); ++index) {
        const ClassTasks& each = classes[index];
        const double share = shares[index];
        per_class[each.name] = {{"ratio", share}, {"tasks", tasks_json(each, 1)}};
        total[each.name] = {{"ratio", share}, {"tasks", tasks_json(each, share)}};
    }
    return Json{{"per_class", per_class}, {"total", total}}.dump(4) + "\n";
}

}  // namespace mettle::cli
