#include "mettle/protocols/openapi/learning_tasks.hpp"

#include <algorithm>

namespace mettle::protocols::openapi {

namespace {

// "/items" of "/items/?a=1".
std::string_view bare_path(std::string_view target) {
    target = target.substr(0, target.find_first_of("?#"));
    if (target.ends_with('/')) target.remove_suffix(1);
    return target;
}

}  // namespace

void cut_at_id(LearningRequest& request, std::string_view bytes, std::string_view target,
               std::size_t segments) {
    const std::size_t length = length_of_segments(target, segments);
    // The target ends with the blank before the version; through a proxy its origin is before it.
    const auto end = bytes.substr(0, bytes.find("\r\n")).rfind(' ');
    if (length == std::string_view::npos || end == std::string_view::npos || end < target.size())
        return;
    const std::size_t begin = end - target.size();
    request.before = bytes.substr(0, begin);
    request.behind = bytes.substr(begin + length);
    const std::size_t path = std::min(target.find_first_of("?#"), target.size());
    request.path_behind = path - length;
    if (target.substr(0, path).ends_with('/') && request.path_behind > 0) --request.path_behind;
}

std::vector<LearningTask> make_learning_tasks(const std::vector<Task>& tasks,
                                              const Lessons& lessons, std::string_view base_path,
                                              const http::Url& url, const HttpOptions& options) {
    const auto above = static_cast<std::size_t>(std::ranges::count(base_path, '/'));
    std::vector<LearningTask> learning;
    for (std::size_t index = 0; index < tasks.size(); ++index) {
        const Task& task = tasks[index];
        LearningTask& made = learning.emplace_back();
        made.plan = {task.name, task.method, task.weight,
                     static_cast<std::uint32_t>(task.requests.size())};
        for (const TaskRequest& each : task.requests) {
            LearningRequest& request = made.requests.emplace_back();
            request.path = bare_path(each.request.target);
            request.is_head = each.request.method == "HEAD";
            // What is wrong on purpose stays so.
            const bool wrong = each.check && each.check->wants_refusal();
            if (!lessons.taken[index] || wrong) continue;
            cut_at_id(request, wire_bytes(url, each.request, options), each.request.target,
                      above + lessons.all[*lessons.taken[index]].item.segments);
        }
    }
    return learning;
}

}  // namespace mettle::protocols::openapi
