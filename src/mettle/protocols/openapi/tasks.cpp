#include "mettle/protocols/openapi/tasks.hpp"

#include "mettle/protocols/openapi/answer_check.hpp"
#include "mettle/protocols/openapi/request_maker.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace mettle::protocols::openapi {

namespace {

// Of all tasks together, so that a service of a thousand operations starts, too.
constexpr std::size_t kMostBytes = std::size_t{256} << 20;
constexpr std::size_t kMostMade = 4096;
constexpr std::size_t kLeastMade = 4;  // Of each.

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

std::set<std::string> columns_of(const std::vector<payload::DataRow>& rows) {
    std::set<std::string> columns;
    for (const payload::DataRow& row : rows)
        for (const payload::DataField& field : row.fields) columns.insert(field.name);
    return columns;
}

// How many of how many requests are wrong, as near to the share as a few hundred can be.
struct Mix {
    std::size_t wrong = 0, all = 0;
};

Mix choose_mix(double share, std::size_t right) {
    Mix best{0, right};
    if (share <= 0) return best;
    double nearest = 2;
    for (std::size_t all = std::max<std::size_t>(right, 20); all <= right + 200; ++all) {
        const auto wrong = std::max<std::size_t>(
            1, static_cast<std::size_t>(std::llround(share * static_cast<double>(all))));
        const double off = std::abs(static_cast<double>(wrong) / static_cast<double>(all) - share);
        if (wrong >= all || off >= nearest - 1e-9) continue;
        nearest = off;
        best = {wrong, all};
    }
    return best;
}

class TaskMaker {
public:
    TaskMaker(const RequestMaker& maker, const Operation& operation, const TaskOptions& options,
              std::shared_ptr<const AnswerCheck> check, std::size_t tasks)
        : maker_(maker),
          operation_(operation),
          options_(options),
          check_(std::move(check)),
          payloads_(std::min(options.payloads, std::max(kMostMade / tasks, kLeastMade))),
          most_bytes_(kMostBytes / tasks) {}

    Result<Task> make(std::string name) {
        Task task{std::move(name), operation_.method, 1, {}};
        if (const auto added = add_right(task); !added) return std::unexpected(added.error());
        if (options_.invalid_share > 0)
            if (const auto added = add_wrong(task); !added) return std::unexpected(added.error());
        return task;
    }

    bool has_wrong() const { return has_wrong_; }

private:
    const payload::DataRow* row(std::size_t index) const {
        return options_.rows.empty() ? nullptr : &options_.rows[index % options_.rows.size()];
    }

    // What is the same again is made once.
    Result<void> add_right(Task& task) {
        const std::size_t count =
            options_.rows.empty() ? payloads_ : std::min(options_.rows.size(), kMostRows);
        std::set<std::pair<std::string, std::string>> known;
        std::size_t bytes = 0;
        for (std::size_t index = 0; index < count && bytes < most_bytes_; ++index) {
            auto request = maker_.make(index, row(index));
            if (!request) return std::unexpected(request.error());
            const bool is_new = known.emplace(request->target, request->body).second;
            if (!is_new && options_.rows.empty()) continue;
            bytes += request->body.size();
            task.requests.push_back({std::move(*request), check_});
        }
        return {};
    }

    // Spread evenly among the others.
    Result<void> add_wrong(Task& task) {
        const std::vector<TaskRequest> right = std::move(task.requests);
        task.requests.clear();
        const Mix mix = choose_mix(options_.invalid_share, right.size());
        std::size_t made = 0;
        for (std::size_t index = 0; index < mix.all; ++index) {
            const bool due = (index + 1) * mix.wrong / mix.all > made;
            if (!due) {
                task.requests.push_back(right[(index - made) % right.size()]);
                continue;
            }
            auto request = maker_.make_wrong(made, row(made));
            if (!request && request.error().kind == Error::Kind::not_found) {
                task.requests = right;
                return {};
            }
            if (!request) return std::unexpected(request.error());
            task.requests.push_back({std::move(*request), refusal_});
            ++made;
        }
        has_wrong_ = true;
        return {};
    }

    const RequestMaker& maker_;
    const Operation& operation_;
    const TaskOptions& options_;
    std::shared_ptr<const AnswerCheck> check_;
    std::shared_ptr<const AnswerCheck> refusal_ = make_refusal_check();
    std::size_t payloads_, most_bytes_;
    bool has_wrong_ = false;
};

class Maker {
public:
    Maker(const Document& document, const http::Url& target, const TaskOptions& options)
        : document_(document),
          target_(target),
          options_(options),
          columns_(columns_of(options.rows)),
          reader_(*document.root) {}

    Result<MadeTasks> make() {
        auto selected = select(document_, {options_.only, options_.all, target_.target, columns_});
        if (!selected) return std::unexpected(selected.error());
        selection_ = std::move(*selected);
        made_.left_out = selection_.left_out;
        if (const auto read = read_all(); !read) return std::unexpected(read.error());
        if (const auto made = make_all(); !made) return std::unexpected(made.error());
        if (made_.tasks.empty()) return nothing_to_send();
        find_ids();
        if (const auto said = say_about_data(); !said) return std::unexpected(said.error());
        if (options_.invalid_share > 0 && !has_wrong_)
            return invalid(fmt::format("--invalid-share: whatever {} could be sent is valid",
                                       made_.tasks[0].method + " " + made_.tasks[0].name));
        return std::move(made_);
    }

private:
    struct Readable {
        const Operation* operation;
        OperationSchemas schemas;
    };

    // What nobody asked for by name is only left out where it cannot be made.
    Result<void> leave_out(const Operation& operation, const Error& error) {
        if (!options_.only.empty() || selection_.by_path) {
            // Some places begin with the operation.
            const std::string place =
                error.message.starts_with(operation.name()) ? "" : operation.name() + ": ";
            return fail(Error::Kind::invalid_input, place + error.message);
        }
        made_.left_out.push_back({operation.name(), "cannot be made: " + error.message});
        return {};
    }

    Result<void> read_all() {
        for (const Operation* operation : selection_.chosen) {
            auto schemas = read_schemas(document_, *operation, reader_);
            if (schemas)
                readable_.push_back({operation, std::move(*schemas)});
            else if (const auto left = leave_out(*operation, schemas.error()); !left)
                return left;
        }
        model_ = reader_.finish();
        return {};
    }

    Result<void> make_all() {
        for (const Readable& each : readable_) {
            RequestMaker::Context context{document_.base_path, options_.headers, options_.seed, ""};
            if (selection_.by_path) context.target = target_.target;
            const RequestMaker maker(*each.operation, each.schemas, model_, std::move(context));
            TaskMaker task_maker(maker, *each.operation, options_,
                                 make_answer_check(model_, each.schemas.answers), readable_.size());
            auto task = task_maker.make(document_.base_path + each.operation->path);
            if (!task) {
                if (const auto left = leave_out(*each.operation, task.error()); !left) return left;
                continue;
            }
            has_wrong_ = has_wrong_ || task_maker.has_wrong();
            for (const std::string& column : columns_)
                if (maker.takes(column)) used_.insert(column);
            made_.tasks.push_back(std::move(*task));
            operations_.push_back(each.operation);
        }
        return {};
    }

    // Somebody gave the path where it chose the operation.
    void find_ids() {
        made_.lessons.taken.resize(operations_.size());
        if (selection_.by_path) return;
        made_.lessons = find_lessons(operations_, columns_);
        // To the front with one that can be sent before anything is learned.
        const auto first =
            std::ranges::find_if(made_.lessons.taken, [](const auto& taken) { return !taken; });
        const auto place = first - made_.lessons.taken.begin();
        if (place == 0) return;
        std::rotate(made_.tasks.begin(), made_.tasks.begin() + place,
                    made_.tasks.begin() + place + 1);
        std::rotate(operations_.begin(), operations_.begin() + place,
                    operations_.begin() + place + 1);
        made_.lessons = find_lessons(operations_, columns_);
    }

    std::unexpected<Error> nothing_to_send() const {
        if (made_.left_out.empty()) return invalid("the OpenAPI document has no operations");
        std::string list;
        for (const LeftOut& each : made_.left_out)
            list += fmt::format("\n  --only '{}'   ({})", each.operation, each.why);
        return invalid(
            fmt::format("{} has no operation that is sent unasked; choose with --only, "
                        "or --all for all of them:{}",
                        target_.origin(), list));
    }

    Result<void> say_about_data() {
        if (columns_.empty()) return {};
        if (used_.empty()) {
            std::vector<std::string> names;
            for (const Task& task : made_.tasks) names.push_back(task.method + " " + task.name);
            return invalid(
                fmt::format("--data: no column ({}) is a parameter or a field of the "
                            "body of {}",
                            fmt::join(columns_, ", "), fmt::join(names, ", ")));
        }
        std::vector<std::string> unused;
        std::ranges::set_difference(columns_, used_, std::back_inserter(unused));
        if (!unused.empty())
            made_.notes.push_back(
                fmt::format("columns of --data that nothing takes: {}", fmt::join(unused, ", ")));
        if (options_.rows.size() > kMostRows)
            made_.notes.push_back(fmt::format("of --data's {} rows the first {} are sent",
                                              options_.rows.size(), kMostRows));
        return {};
    }

    const Document& document_;
    const http::Url& target_;
    const TaskOptions& options_;
    std::set<std::string> columns_, used_;
    payload::SchemaReader reader_;
    std::shared_ptr<const payload::SchemaModel> model_;
    Selection selection_;
    std::vector<Readable> readable_;
    std::vector<const Operation*> operations_;  // Of the tasks.
    MadeTasks made_;
    bool has_wrong_ = false;
};

}  // namespace

Result<MadeTasks> make_tasks(const Document& document, const http::Url& target,
                             const TaskOptions& options) {
    return Maker(document, target, options).make();
}

}  // namespace mettle::protocols::openapi
