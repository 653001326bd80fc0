#include "mettle/base/similar.hpp"
#include "mettle/scenario/read_context.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::scenario {

namespace {

constexpr double kMostWeight = 1e9;
constexpr int kDeepestSet = 16;
constexpr std::int64_t kMostUsers = 1'000'000;

class SetReader {
public:
    explicit SetReader(ReadContext& context) : context_(context) {}

    // The keys of a set of tasks, among others that the caller knows. `what` names it: "Shopper".
    void read_keys(KeyReader& keys, TaskSetSpec& set, const std::string& what, const Place& place) {
        const bool nested = depth_ > 0;
        if (const YamlNode* wait = keys.take("wait")) set.wait = context_.wait(*wait, "wait");
        if (const YamlNode* steps = keys.take("on_start"))
            set.on_start = read_steps(context_, *steps, nested);
        if (const YamlNode* steps = keys.take("on_stop"))
            set.on_stop = read_steps(context_, *steps, nested);
        const YamlNode* tasks = keys.take("tasks");
        const YamlEntry* order = keys.take_one({"sequential", "markov"});
        if (!tasks || tasks->is_null() || (tasks->items.empty() && tasks->entries.empty())) {
            context_.mistakes.add(place, fmt::format("{} has no tasks", what));
            return;
        }
        read_tasks(*tasks, set);
        if (order && order->key == "sequential" && context_.truth(order->value, "sequential"))
            set.order = TaskSetSpec::Order::sequential;
        if (order && order->key == "markov") read_markov(order->value, set);
        check_weights(set, what, tasks->place);
    }

private:
    // A map of names and tasks; or a list of steps, each a task of its own.
    void read_tasks(const YamlNode& node, TaskSetSpec& set) {
        if (node.is_map()) {
            for (const YamlEntry& entry : node.entries) {
                TaskSpec task;
                task.place = entry.place;
                task.name = entry.key;
                read_task(entry.value, task);
                set.tasks.push_back(std::move(task));
            }
        } else if (node.is_list()) {
            for (const YamlNode& item : node.items) {
                TaskSpec task;
                task.place = item.place;
                task.name = fmt::format("task {}", set.tasks.size() + 1);
                read_task(item, task);
                set.tasks.push_back(std::move(task));
            }
        } else {
            context_.wrong(
                node, fmt::format("tasks is a map of names and tasks, not {}", node.kind_name()));
        }
    }

    void read_task(const YamlNode& node, TaskSpec& task) {
        const bool nested = depth_ > 0;
        if (!node.is_map()) {
            task.steps = read_steps(context_, node, nested);
            if (node.is_null() || (node.is_list() && node.items.empty()))
                context_.mistakes.add(task.place,
                                      fmt::format("the task '{}' has no steps", task.name));
            return;
        }
        // What is the task's own is taken out: the rest is a step or a set.
        YamlNode rest = node;
        std::erase_if(rest.entries, [&](const YamlEntry& entry) {
            if (entry.key == "weight")
                task.weight = context_.number(entry.value, "weight", 0, kMostWeight).value_or(1);
            else if (entry.key == "tags")
                task.tags = context_.texts(entry.value, "tags");
            else
                return false;
            return true;
        });
        if (is_step(rest)) {
            task.steps = read_steps(context_, rest, nested);
        } else if (rest.find("tasks")) {
            read_nested(rest, task);
        } else {
            KeyReader keys(context_, rest, "a task");
            const YamlNode* steps = keys.take("steps");
            for (const char* known : {"weight", "tags", "tasks", "get", "post"}) keys.take(known);
            if (steps) task.steps = read_steps(context_, *steps, nested);
            if (task.steps.empty())
                context_.mistakes.add(task.place,
                                      fmt::format("the task '{}' has no steps", task.name));
            keys.finish();
        }
    }

    void read_nested(const YamlNode& node, TaskSpec& task) {
        if (depth_ == kDeepestSet)
            return context_.wrong(
                node, fmt::format("sets of tasks are nested more than {} deep", kDeepestSet));
        ++depth_;
        task.nested = std::make_unique<TaskSetSpec>();
        KeyReader keys(context_, node, "a set of tasks");
        read_keys(keys, *task.nested, fmt::format("the set '{}'", task.name), task.place);
        keys.take("weight");
        keys.take("tags");
        keys.finish();
        --depth_;
    }

    void check_weights(const TaskSetSpec& set, const std::string& what, const Place& place) {
        if (set.order != TaskSetSpec::Order::weighted || set.tasks.empty()) return;
        if (std::ranges::all_of(set.tasks, [](const TaskSpec& task) { return task.weight <= 0; }))
            context_.mistakes.add(place,
                                  fmt::format("all tasks of {} have the weight 0: none would "
                                              "ever run",
                                              what));
    }

    // {browse: {buy: 1, browse: 3}, buy: browse}
    void read_markov(const YamlNode& node, TaskSetSpec& set) {
        set.order = TaskSetSpec::Order::markov;
        set.moves.assign(set.tasks.size(), std::vector<double>(set.tasks.size()));
        if (!node.is_map())
            return context_.wrong(node, fmt::format("markov is a map from each task to those that "
                                                    "may follow, not {}",
                                                    node.kind_name()));
        for (const YamlEntry& entry : node.entries) {
            const auto from = index_of(set, entry.key, entry.place);
            if (!from) continue;
            std::vector<double>& row = set.moves[*from];
            if (entry.value.is_map()) {
                for (const YamlEntry& move : entry.value.entries)
                    add_move(set, row, move.key, move.place,
                             context_.number(move.value, "weight", 0, kMostWeight).value_or(0));
            } else if (entry.value.is_list()) {
                for (const YamlNode& item : entry.value.items)
                    add_move(set, row, context_.text(item, "a task"), item.place, 1);
            } else {
                add_move(set, row, context_.text(entry.value, "a task"), entry.value.place, 1);
            }
        }
        for (std::size_t index = 0; index < set.tasks.size(); ++index) {
            const TaskSpec& task = set.tasks[index];
            if (std::ranges::all_of(set.moves[index], [](double weight) { return weight <= 0; }))
                context_.mistakes.add(task.place, fmt::format("markov says nothing of what follows "
                                                              "on '{}'",
                                                              task.name));
            if (!task.tags.empty())
                context_.mistakes.add(task.place, "a chain of tasks cannot be picked from by tags");
        }
    }

    void add_move(const TaskSetSpec& set, std::vector<double>& row, const std::string& to,
                  const Place& place, double weight) {
        if (const auto index = index_of(set, to, place)) row[*index] += weight;
    }

    std::optional<std::size_t> index_of(const TaskSetSpec& set, const std::string& name,
                                        const Place& place) {
        const auto found = std::ranges::find(set.tasks, name, &TaskSpec::name);
        if (found != set.tasks.end()) return static_cast<std::size_t>(found - set.tasks.begin());
        std::vector<std::string> names;
        for (const TaskSpec& task : set.tasks) names.push_back(task.name);
        const std::string similar = most_similar(name, names);
        context_.mistakes.add(
            place,
            fmt::format("there is no task '{}'{}", name,
                        similar.empty() ? "" : fmt::format("; did you mean '{}'?", similar)));
        return {};
    }

    ReadContext& context_;
    int depth_ = 0;
};

}  // namespace

void read_user_keys(ReadContext& context, KeyReader& keys, UserSpec& user, const Place& place) {
    context.scenario.symbols.set_scope(static_cast<int>(context.scenario.users.size()));
    user.place = place;
    if (const YamlNode* weight = keys.take("weight"))
        user.weight = context.number(*weight, "weight", 0, kMostWeight).value_or(1);
    if (const YamlNode* count = keys.take("fixed_count"))
        user.fixed_count =
            static_cast<int>(context.whole(*count, "fixed_count", 0, kMostUsers).value_or(0));
    SetReader(context).read_keys(keys, user.set, user.name, place);
    context.scenario.symbols.set_scope(Symbols::kEverywhere);
}

void read_users(ReadContext& context, const YamlNode& node) {
    if (!node.is_map())
        return context.wrong(node,
                             fmt::format("users is a map of classes, not {}", node.kind_name()));
    for (const YamlEntry& entry : node.entries) {
        const auto same = std::ranges::find(context.scenario.users, entry.key, &UserSpec::name);
        if (same != context.scenario.users.end()) {
            context.mistakes.add(entry.place,
                                 fmt::format("there are two user classes '{}'", entry.key));
            continue;
        }
        UserSpec user;
        user.name = entry.key;
        KeyReader keys(context, entry.value, "a user class");
        read_user_keys(context, keys, user, entry.place);
        keys.finish();
        context.scenario.users.push_back(std::move(user));
    }
}

}  // namespace mettle::scenario
