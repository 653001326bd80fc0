#include "mettle/base/similar.hpp"
#include "mettle/load/names.hpp"
#include "mettle/scenario/script.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::scenario {

namespace {

using Op = Instruction::Op;

// Makes requests ready; answers never come to it.
class NobodyAsks final : public HttpSession::Asker {
public:
    void on_answer(load::Attempt&, const AnswerSeen&) override {}
};

bool has_any(const std::vector<std::string>& of_task, const std::vector<std::string>& wanted) {
    return std::ranges::any_of(of_task, [&](const std::string& tag) {
        return std::ranges::find(wanted, tag) != wanted.end();
    });
}

// The URL that a text begins with, as far as its host; empty where it is none, or not known yet.
std::string origin_text_of(const Template& target) {
    if (target.parts().empty()) return {};
    const std::string& text = target.parts().front().literal;
    if (!text.starts_with("http://") && !text.starts_with("https://")) return {};
    const auto host = text.find("://") + 3;
    const auto end = text.find_first_of("/?#", host);
    if (end == std::string::npos && !target.is_static()) return {};
    return text.substr(0, end);
}

std::vector<double> added_up(const std::vector<double>& weights) {
    std::vector<double> sums;
    double sum = 0;
    for (const double weight : weights) sums.push_back(sum += weight);
    return sums;
}

class Compiler {
public:
    Compiler(std::shared_ptr<const Scenario> scenario, const ScriptOptions& options,
             load::Names& names, std::vector<std::string>& warnings)
        : scenario_(*scenario), options_(options), names_(names), warnings_(warnings) {
        script_ = std::make_shared<Script>();
        script_->scenario = std::move(scenario);
    }

    Result<std::shared_ptr<const Script>> compile() {
        script_->http.origins.push_back(options_.target);
        for (const std::string& host : scenario_.hosts) add_origin(host);
        lay_out_variables();
        add_common_headers();
        emit(Op::choose);
        if (auto added = options_.part == ScriptPart::users ? add_classes() : add_single(); !added)
            return std::unexpected(added.error());
        if (auto ready = make_ready(); !ready) return std::unexpected(ready.error());
        return script_;
    }

private:
    static std::unexpected<Error> invalid(std::string message) {
        return fail(Error::Kind::invalid_input, std::move(message));
    }

    void add_origin(const std::string& text) {
        const auto url = http::parse_url(text);
        if (url && scenario::origin_of(*url, script_->http.origins) < 0)
            script_->http.origins.push_back(*url);
    }

    void lay_out_variables() {
        const Symbols& symbols = scenario_.symbols;
        const std::size_t count = symbols.variables().size();
        script_->own_of.assign(count, kNone);
        script_->shared = options_.shared;
        script_->shared.resize(count);
        const auto make_own = [&](std::uint32_t variable) {
            if (script_->own_of[variable] == kNone)
                script_->own_of[variable] = script_->own_count++;
        };
        for (std::uint32_t variable = 0; variable < count; ++variable) {
            const bool own = options_.part == ScriptPart::users
                                 ? symbols.is_defined_by_users(variable)
                                 : symbols.is_defined(variable, Symbols::kEverywhere);
            if (own) make_own(variable);
        }
        for (const auto& [variable, text] : scenario_.variables) {
            if (!script_->shared[variable].value().is_none()) continue;  // setup said more.
            if (auto known = text.constant()) {
                script_->shared[variable] = std::move(*known);
            } else {
                make_own(variable);
                script_->first_values.emplace_back(variable, text);
            }
        }
        script_->rows_given = std::make_unique<std::atomic<std::uint64_t>[]>(scenario_.data.size());
        script_->count = std::make_unique<std::atomic<std::uint64_t>>(0);
    }

    // Those that are known now belong to all requests; the others are rendered with each.
    void add_common_headers() {
        script_->http.through_proxy = options_.through_proxy;
        auto& headers = script_->http.headers;
        headers = options_.headers;
        for (const HeaderText& header : scenario_.headers) {
            const bool given = std::ranges::any_of(headers, [&](const auto& other) {
                return http::same_name(other.first, header.name);
            });
            if (given) continue;
            if (header.value.is_static())
                headers.emplace_back(header.name, header.value.text());
            else
                rendered_headers_.push_back(header);
        }
    }

    std::uint32_t here() const { return static_cast<std::uint32_t>(script_->code.size()); }
    std::uint32_t emit(Op op, std::uint32_t argument = kNone, std::uint32_t target = 0) {
        script_->code.push_back({op, argument, target});
        return here() - 1;
    }
    template <typename T>
    std::uint32_t keep(std::vector<T>& list, T value) {
        list.push_back(std::move(value));
        return static_cast<std::uint32_t>(list.size() - 1);
    }

    Result<void> add_classes() {
        if (auto known = check_class_names(); !known) return known;
        for (const UserSpec& user : scenario_.users) {
            const bool wanted =
                options_.user_classes.empty() ||
                std::ranges::find(options_.user_classes, user.name) != options_.user_classes.end();
            if (!wanted || (user.weight <= 0 && user.fixed_count <= 0)) continue;
            const std::uint32_t set =
                add_set(user.set, options_.wait.value_or(user.set.wait.value_or(load::WaitTime{})),
                        {}, options_.wait.has_value());
            if (set == kNone) {
                warnings_.push_back(fmt::format(
                    "user class {} has no task with these tags and is left out", user.name));
                continue;
            }
            script_->classes.push_back({{user.name, user.weight, user.fixed_count}, set});
        }
        if (script_->classes.empty()) return invalid("no user class is left that has a task");
        return {};
    }

    Result<void> check_class_names() const {
        std::vector<std::string> known;
        for (const UserSpec& user : scenario_.users) known.push_back(user.name);
        for (const std::string& name : options_.user_classes) {
            if (std::ranges::find(known, name) != known.end()) continue;
            const std::string similar = most_similar(name, known);
            return invalid(fmt::format(
                "there is no user class '{}'; {}", name,
                similar.empty() ? fmt::format("the scenario has {}", fmt::join(known, ", "))
                                : fmt::format("did you mean '{}'?", similar)));
        }
        return {};
    }

    // Setup or teardown: a user that begins, and leaves.
    Result<void> add_single() {
        const bool setup = options_.part == ScriptPart::setup;
        ScriptSet set;
        set.on_start = add_steps(setup ? scenario_.setup : scenario_.teardown);
        set.on_stop = emit(Op::end);
        set.tasks.push_back({"", emit(Op::stop_user)});
        set.weights = {1};
        script_->sets.push_back(std::move(set));
        script_->classes.push_back({{setup ? "setup" : "teardown", 1, 0}, 0});
        return {};
    }

    bool is_wanted(const std::vector<std::string>& tags) const {
        return (options_.tags.empty() || has_any(tags, options_.tags)) &&
               !has_any(tags, options_.excluded_tags);
    }

    // Its number; kNone where no task is left. `forced`: the wait is the same everywhere.
    std::uint32_t add_set(const TaskSetSpec& spec, const load::WaitTime& wait,
                          const std::vector<std::string>& tags, bool forced) {
        ScriptSet set;
        set.order = spec.order;
        set.wait = forced ? wait : spec.wait.value_or(wait);
        std::vector<double> weights;
        for (const TaskSpec& task : spec.tasks) {
            std::vector<std::string> all = tags;
            all.insert(all.end(), task.tags.begin(), task.tags.end());
            ScriptTask added{task.name};
            if (task.nested) {
                added.set = add_set(*task.nested, set.wait, all, forced);
                if (added.set == kNone) continue;
            } else {
                if (!is_wanted(all)) continue;
                added.begin = add_steps(task.steps);
            }
            set.tasks.push_back(std::move(added));
            weights.push_back(task.weight);
        }
        const bool none_runs = spec.order == TaskSetSpec::Order::weighted &&
                               std::ranges::all_of(weights, [](double w) { return w <= 0; });
        if (set.tasks.empty() || none_runs) return kNone;
        set.weights = added_up(weights);
        // A chain is kept whole or not at all: its tasks have no tags of their own.
        for (const auto& row : spec.moves) set.moves.push_back(added_up(row));
        set.on_start = add_steps(spec.on_start);
        set.on_stop = add_steps(spec.on_stop);
        return keep(script_->sets, std::move(set));
    }

    // Followed by an end.
    std::uint32_t add_steps(const Steps& steps) {
        const std::uint32_t begin = here();
        counters_ = 0;
        emit_steps(steps);
        emit(Op::end);
        return begin;
    }

    void emit_steps(const Steps& steps) {
        for (const Step& step : steps)
            std::visit([this](const auto& what) { emit_step(what); }, step.what);
    }

    void emit_step(const RequestStep& step) {
        ScriptRequest request;
        request.step = step;
        for (const HeaderText& header : rendered_headers_) {
            const bool given = std::ranges::any_of(step.headers, [&](const HeaderText& other) {
                return http::same_name(other.name, header.name);
            });
            if (!given) request.step.headers.push_back(header);
        }
        request.task = names_.task(step.name, step.method);
        if (step.events) name_event_metrics();
        add_origin(origin_text_of(step.target));
        note_answer_use(step.target.needs_answer() || step.body.needs_answer());
        for (const HeaderText& header : request.step.headers)
            note_answer_use(header.value.needs_answer());
        emit(Op::request, keep(script_->requests, std::move(request)));
    }
    void name_event_metrics() {
        script_->event_metrics =
            EventMetrics::named([this](auto... what) { return names_.metric(what...); });
    }
    void emit_step(const WaitStep& step) { emit(Op::wait, keep(script_->waits, step.wait)); }
    void emit_step(const SetStep& step) {
        for (const auto& [variable, text] : step.values) note_answer_use(text.needs_answer());
        emit(Op::set, keep(script_->sets_of_values, step));
    }
    void emit_step(const SetHeadersStep& step) {
        for (const HeaderText& header : step.headers) note_answer_use(header.value.needs_answer());
        emit(Op::set_headers, keep(script_->headers, step.headers));
    }
    void emit_step(const IfStep& step) {
        note_answer_use(step.condition.needs_answer());
        const auto condition = keep(script_->conditions, step.condition);
        const std::uint32_t unless = emit(Op::jump_unless, condition);
        emit_steps(step.then);
        if (step.otherwise.empty()) {
            script_->code[unless].target = here();
            return;
        }
        const std::uint32_t over = emit(Op::jump);
        script_->code[unless].target = here();
        emit_steps(step.otherwise);
        script_->code[over].target = here();
    }
    void emit_step(const RepeatStep& step) {
        if (step.until) note_answer_use(step.until->needs_answer());
        ScriptRepeat repeat{take_counter(), {step.limit, step.until, step.every, {}}};
        const std::uint32_t number = keep(script_->repeats, std::move(repeat));
        emit(Op::repeat_begin, number);
        const std::uint32_t begin = here();
        emit_steps(step.steps);
        emit(Op::repeat_end, number, begin);
        --counters_;
    }
    void emit_step(const ForEachStep& step) {
        const std::uint32_t number =
            keep(script_->for_each, ScriptForEach{take_counter(), step.data});
        const std::uint32_t first = emit(Op::for_begin, number);
        const std::uint32_t begin = here();
        emit_steps(step.steps);
        emit(Op::for_end, number, begin);
        script_->code[first].target = here();
        --counters_;
    }
    void emit_step(const GroupStep& step) {
        emit(Op::group_begin,
             keep(script_->groups, names_.task(step.name, "GROUP", /*transaction=*/true)));
        emit_steps(step.steps);
        emit(Op::group_end);
    }
    void emit_step(const MetricStep& step) {
        note_answer_use(step.value.needs_answer());
        ScriptMetric metric{names_.metric(step.name, step.kind, step.unit), step.kind, step.value};
        emit(Op::metric, keep(script_->metrics, std::move(metric)));
    }
    void emit_step(const LogStep& step) {
        note_answer_use(step.text.needs_answer());
        emit(Op::log, keep(script_->texts, step.text));
    }
    void emit_step(const FailStep& step) {
        note_answer_use(step.reason.needs_answer());
        emit(Op::fail, keep(script_->texts, step.reason));
    }
    void emit_step(const StopUserStep&) { emit(Op::stop_user); }
    void emit_step(const InterruptStep&) { emit(Op::interrupt); }

    std::uint32_t take_counter() {
        const std::uint32_t counter = counters_++;
        script_->counters = std::max(script_->counters, counters_);
        return counter;
    }
    void note_answer_use(bool uses) { script_->keeps_answers = script_->keeps_answers || uses; }

    // Last, when all hosts are known and the requests stay where they are.
    Result<void> make_ready() {
        protocols::DetailTexts details;
        NobodyAsks nobody;
        HttpSession session(script_->http, details, nobody);
        for (ScriptRequest& request : script_->requests) {
            const RequestStep& step = request.step;
            if (step.socket != RequestStep::Socket::none && options_.part != ScriptPart::users)
                return fail(Error::Kind::invalid_input,
                            "a WebSocket is its user's: setup and teardown have none");
            if (step.events && options_.part != ScriptPart::users)
                return fail(Error::Kind::invalid_input,
                            "streams of events are for users: setup and teardown have none");
            const bool known = step.socket == RequestStep::Socket::none && !step.events &&
                               step.target.is_static() && step.body.is_static() &&
                               std::ranges::all_of(step.headers, [](const HeaderText& header) {
                                   return header.value.is_static();
                               });
            if (!known) continue;
            std::vector<http::Header> headers;
            for (const HeaderText& header : step.headers)
                headers.push_back({header.name, header.value.text()});
            const auto prepared =
                session.prepare({step.method, step.target.text(), headers, step.body.text(),
                                 step.content_type, step.follow_redirects});
            if (!prepared) return prepared;
            load::Attempt attempt;
            session.fill(attempt);
            request.bytes = attempt.made->bytes;
            request.made = {request.bytes, attempt.made->is_head, attempt.made->origin};
            request.path = session.path();
            // What is sent ready follows redirects; a HEAD never does.
            request.is_ready = step.follow_redirects || request.made.is_head;
        }
        return {};
    }

    const Scenario& scenario_;
    const ScriptOptions& options_;
    load::Names& names_;
    std::vector<std::string>& warnings_;
    std::shared_ptr<Script> script_;
    std::vector<HeaderText> rendered_headers_;
    std::uint32_t counters_ = 0;  // In use where the compiler is.
};

void describe_set(const Script& script, const ScriptSet& set, double share, int indent,
                  std::string& out) {
    double last = 0;
    for (std::size_t index = 0; index < set.tasks.size(); ++index) {
        const bool weighted = set.order == TaskSetSpec::Order::weighted;
        const double weight = weighted ? (set.weights[index] - last) / set.weights.back()
                                       : 1.0 / static_cast<double>(set.tasks.size());
        last = set.weights[index];
        const ScriptTask& task = set.tasks[index];
        out +=
            set.order == TaskSetSpec::Order::markov
                ? fmt::format("{:{}}{:>6}  {}\n", "", indent, "chain", task.name)
                : fmt::format("{:{}}{:5.1f}%  {}\n", "", indent, share * weight * 100, task.name);
        if (task.set != kNone)
            describe_set(script, script.sets[task.set], share * weight, indent + 2, out);
    }
}

}  // namespace

Result<std::shared_ptr<const Script>> compile_script(std::shared_ptr<const Scenario> scenario,
                                                     const ScriptOptions& options,
                                                     load::Names& names,
                                                     std::vector<std::string>& warnings) {
    return Compiler(std::move(scenario), options, names, warnings).compile();
}

std::string describe_ratios(const Script& script) {
    double sum = 0;
    for (const ScriptClass& each : script.classes)
        if (each.about.fixed_count <= 0) sum += each.about.weight;
    std::string out;
    for (const ScriptClass& each : script.classes) {
        out += each.about.fixed_count > 0
                   ? fmt::format("{:>6}  {}\n", each.about.fixed_count, each.about.name)
                   : fmt::format("{:5.1f}%  {}\n", each.about.weight / sum * 100, each.about.name);
        describe_set(script, script.sets[each.set], 1, 2, out);
    }
    return out;
}

}  // namespace mettle::scenario
