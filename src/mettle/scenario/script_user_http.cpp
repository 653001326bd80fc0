// The requests of a scripted user and their answers.

#include "mettle/base/log.hpp"
#include "mettle/scenario/script_user.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::scenario {

namespace {

using load::Attempt;
using load::Outcome;

constexpr std::size_t kMostKept = std::size_t{1} << 20;  // Of an answer that steps may ask for.
constexpr std::size_t kMostShown = 80;
constexpr int kMostLogged = 1000;  // Lines of a worker.

// A value cannot end the header that it stands in, nor a path its line.
void tame_header(std::string& value) {
    for (char& character : value)
        if (character == '\r' || character == '\n' || character == '\0') character = ' ';
}

void tame_target(std::string& target) {
    const auto is_bad = [](char character) {
        const auto byte = static_cast<unsigned char>(character);
        return byte <= ' ' || byte == 0x7f;
    };
    if (std::ranges::none_of(target, is_bad)) return;
    std::string tamed;
    for (const char character : target) {
        if (is_bad(character))
            append_encoded(tamed, Value::of(std::string_view(&character, 1)), Encoding::url);
        else
            tamed += character;
    }
    target = std::move(tamed);
}

}  // namespace

bool ScriptUser::send(const ScriptRequest& request, Attempt& attempt) {
    if (request.is_ready && session_.cookies().size() == 0 && session_.headers().empty()) {
        session_.fill(attempt, request.made, request.path);
    } else {
        if (!render(request)) return false;
        if (request.step.events) session_.read_events(*request.step.events);
        session_.fill(attempt);
    }
    attempt.task = request.task;
    const RequestStep& step = request.step;
    const bool in_time = step.events && step.events->length > Duration::zero();
    attempt.timeout_ns = (in_time ? step.events->length : step.timeout).count();
    request_ = &request;
    answered_ = false;
    return true;
}

// Where it cannot be made, that is counted.
bool ScriptUser::render(const ScriptRequest& request) {
    bench_.clear();
    RequestParts parts;
    const std::string* missing = render_parts(request.step, parts);
    if (out_of_rows_) return false;
    std::string why;
    if (missing) {
        why = fmt::format("${{{}}} has no value", *missing);
    } else if (const auto prepared = prepare(request.step, parts); !prepared) {
        why = prepared.error().message;
    }
    if (why.empty()) return true;
    bench_.recorder.record_exception(
        class_.about.name,
        fmt::format("{}: {} {}: {}", task_name(), request.step.method, request.step.name, why));
    return false;
}

Result<void> ScriptUser::prepare(const RequestStep& step, RequestParts& parts) {
    switch (step.socket) {
        case RequestStep::Socket::none:
            break;
        case RequestStep::Socket::open:
            parts.method = "GET";
            return session_.prepare_socket(parts);
        case RequestStep::Socket::say:
            session_.prepare_message(parts.body, step.messages, step.binary);
            return {};
        case RequestStep::Socket::close:
            session_.prepare_goodbye();
            return {};
    }
    return session_.prepare(parts);
}

bool ScriptUser::set_headers(const std::vector<HeaderText>& headers) {
    for (const HeaderText& header : headers) {
        bench_.clear();
        std::string& value = bench_.scratch();
        if (const std::string* missing = header.value.render(*this, value)) {
            bench_.recorder.record_exception(
                class_.about.name,
                fmt::format("{}: {}: ${{{}}} has no value", task_name(), header.name, *missing));
            return false;
        }
        tame_header(value);
        auto& all = session_.headers();
        const auto same = std::ranges::find_if(
            all, [&](const auto& other) { return http::same_name(other.first, header.name); });
        if (same != all.end())
            same->second = value;
        else
            all.emplace_back(header.name, value);
    }
    return true;
}

const std::string* ScriptUser::render_parts(const RequestStep& step, RequestParts& parts) {
    std::string& target = bench_.scratch();
    if (const auto* missing = step.target.render(*this, target)) return missing;
    if (!step.target.is_static()) tame_target(target);
    bench_.headers.clear();
    for (const HeaderText& header : step.headers) {
        std::string& value = bench_.scratch();
        if (const auto* missing = header.value.render(*this, value)) return missing;
        if (!header.value.is_static()) tame_header(value);
        bench_.headers.push_back({header.name, value});
    }
    std::string& body = bench_.scratch();
    if (const auto* missing = step.body.render(*this, body)) return missing;
    parts.method = step.method;
    parts.target = target;
    parts.headers = bench_.headers;
    parts.body = body;
    parts.content_type = step.content_type;
    parts.follow_redirects = step.follow_redirects;
    return nullptr;
}

void ScriptUser::on_answer(Attempt& attempt, const AnswerSeen& seen) {
    answered_ = true;
    now_ns_ = attempt.done_ns;
    status_ = seen.status;
    latency_ms_ = static_cast<double>(attempt.done_ns - attempt.sent_ns) / 1e6;
    const bool came = attempt.outcome == Outcome::ok || attempt.outcome == Outcome::status;
    const RequestStep& step = request_->step;
    events_ = seen.events ? seen.events->count() : 0;
    if (came && (!step.checks.empty() || !step.extractions.empty())) {
        seen_ = &seen;
        bench_.json.forget();
        judge(attempt);
        if (attempt.outcome == Outcome::ok) extract(attempt);
        seen_ = nullptr;
        bench_.json.forget();
    }
    if (seen.events && attempt.outcome == Outcome::ok)
        script_.event_metrics.record(bench_.recorder, attempt, *seen.events);
    if (script_.keeps_answers) keep_answer(seen);
    failures_ += attempt.outcome != Outcome::ok;
}

void ScriptUser::note_missing_answer() {
    status_ = 0;
    latency_ms_ = 0;
    events_ = 0;
    head_.clear();
    body_.clear();
    ++failures_;
}

// What is longer has no body for later steps; checks and extractions see all of it.
void ScriptUser::keep_answer(const AnswerSeen& seen) {
    head_.assign(seen.head);
    body_.assign(seen.body.size() <= kMostKept ? seen.body : std::string_view{});
}

// A status that was asked for is right, whatever it says.
void ScriptUser::judge(Attempt& attempt) {
    for (const Check& check : request_->step.checks)
        if (check.kind == Check::Kind::status) judge_status(attempt, check);
    for (const Check& check : request_->step.checks) {
        if (attempt.outcome != Outcome::ok) return;
        if (check.kind == Check::Kind::formula) judge_formula(attempt, check);
    }
}

void ScriptUser::judge_status(Attempt& attempt, const Check& check) {
    const bool right = std::ranges::any_of(check.statuses, [&](const Check::StatusRange& range) {
        return status_ >= range.from && status_ <= range.to;
    });
    if (right && attempt.outcome == Outcome::status) {
        attempt.outcome = Outcome::ok;
        attempt.detail = {};
    } else if (!right && attempt.outcome == Outcome::ok) {
        session_.fail(attempt, Outcome::validation,
                      fmt::format("status {}, not {}", status_, check.name));
    }
}

void ScriptUser::judge_formula(Attempt& attempt, const Check& check) {
    bench_.clear();
    if (check.formula.evaluate(*this).is_true()) return;
    std::string why = fmt::format("check failed: {}", check.name);
    if (check.shown) {
        std::string shown;
        check.shown->evaluate(*this).append_json_to(shown);
        if (shown.size() > kMostShown) shown = shown.substr(0, kMostShown) + "...";
        why += fmt::format("; it was {}", shown);
    }
    session_.fail(attempt, Outcome::validation, why);
}

void ScriptUser::extract(Attempt& attempt) {
    for (const Extraction& extraction : request_->step.extractions) {
        KeptValue& target = own_[script_.own_of[extraction.variable]];
        bench_.clear();
        const Value value = extraction.formula.evaluate(*this);
        if (!value.is_none()) {
            target.assign(value);
        } else if (extraction.fallback) {
            target.assign(extraction.fallback->evaluate(*this));
        } else {
            target.assign({});
            session_.fail(attempt, Outcome::validation,
                          fmt::format("nothing to extract at {}", extraction.source));
            return;
        }
    }
}

void ScriptUser::measure(const ScriptMetric& metric) {
    bench_.clear();
    const Value value = metric.value.evaluate(*this);
    if (value.is_none()) return;
    double number = value.number;
    if (metric.kind == results::MetricKind::rate)
        number = value.is_true() ? 1 : 0;
    else if (value.kind == Value::Kind::text && !as_number(value, number))
        return;
    bench_.recorder.record_metric(metric.number, metric.kind, number, now_ns_);
}

void ScriptUser::log(const Template& text) {
    if (++bench_.lines_logged > kMostLogged) return;
    bench_.clear();
    std::string& line = bench_.scratch();
    text.render(*this, line);
    log::info(fmt::format("{} {}: {}", class_.about.name, number_, line));
    if (bench_.lines_logged == kMostLogged) log::info("further lines of 'log' are left out");
}

Value ScriptUser::variable(std::uint32_t number) {
    const std::uint32_t own = script_.own_of[number];
    if (own != kNone) {
        const Value value = own_[own].value();
        if (!value.is_none()) return value;
    }
    return script_.shared[number].value();
}

Value ScriptUser::column(std::uint32_t number) {
    const Scenario& scenario = *script_.scenario;
    const Scenario::ColumnOf& column = scenario.columns[number];
    const DataSpec& data = scenario.data[column.data];
    if (rows_[column.data] == kNone && !draw_row(column.data)) return {};
    return data.cells[rows_[column.data] * data.columns.size() + column.column].value();
}

bool ScriptUser::draw_row(std::uint32_t number) {
    const DataSpec& data = script_.scenario->data[number];
    const std::uint64_t count = data.rows;
    std::uint64_t row = 0;
    switch (data.order) {
        case DataSpec::Order::random:
            row = random_.next() % count;
            break;
        case DataSpec::Order::per_user:
            row = number_ % count;
            break;
        case DataSpec::Order::round_robin:
            // By the arrival's number, so that the number of workers changes nothing.
            row = (arrival_ ? *arrival_
                            : script_.rows_given[number].fetch_add(1, std::memory_order_relaxed)) %
                  count;
            break;
        case DataSpec::Order::once:
            row = script_.rows_given[number].fetch_add(1, std::memory_order_relaxed);
            out_of_rows_ = row >= count;
            if (out_of_rows_) return false;
            break;
    }
    rows_[number] = static_cast<std::uint32_t>(row);
    return true;
}

Value ScriptUser::answer(AnswerPart part) {
    if (status_ == 0) return part == AnswerPart::status ? Value::of(0.0) : Value{};
    switch (part) {
        case AnswerPart::status:
            return Value::of(static_cast<double>(status_));
        case AnswerPart::latency:
            return Value::of(latency_ms_);
        case AnswerPart::body:
            return Value::of(seen_ ? seen_->body : std::string_view(body_));
        case AnswerPart::events:
            return Value::of(static_cast<double>(events_));
    }
    return {};
}

Value ScriptUser::json(const std::string& pointer) {
    if (status_ == 0) return {};
    return bench_.json.at(seen_ ? seen_->body : std::string_view(body_), pointer, bench_.scratch());
}

Value ScriptUser::header(std::string_view name) {
    if (status_ == 0) return {};
    const AnswerSeen kept{status_, head_, body_};
    const std::string_view value = (seen_ ? *seen_ : kept).header(name);
    return value.data() ? Value::of(value) : Value{};
}

Value ScriptUser::cookie(std::string_view name) {
    const std::string_view value = session_.cookies().value(name);
    return value.empty() ? Value{} : Value::of(value);
}

double ScriptUser::own(UserPart part) {
    if (part == UserPart::user) return static_cast<double>(number_);
    return static_cast<double>(arrival_.value_or(iteration_ > 0 ? iteration_ - 1 : 0));
}

}  // namespace mettle::scenario
