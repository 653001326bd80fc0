#pragma once

// Which share of the work each task has, as Locust's --show-task-ratio says it. Pure.

#include <string>
#include <utility>
#include <vector>

namespace mettle::cli {

struct ClassTasks {
    std::string name;
    double weight = 1;
    int fixed_count = 0;
    std::vector<std::pair<std::string, double>> tasks;  // And their weights, of any sum.
};

// What each task's weight is where each follows another by chance: how often it is visited in the
// long run. moves[i][j] is the weight of task j after task i.
std::vector<double> visits(const std::vector<std::vector<double>>& moves);

// Two tables, by class and in all. With fixed counts the shares of classes are those of `users`.
std::string task_ratio_text(const std::vector<ClassTasks>& classes, int users);
// {"per_class": {CLASS: {"ratio": …, "tasks": {TASK: {"ratio": …}}}}, "total": the same}. Per class
// the tasks of each add up to 1, in total all of them do.
std::string task_ratio_json(const std::vector<ClassTasks>& classes, int users);

}  // namespace mettle::cli
