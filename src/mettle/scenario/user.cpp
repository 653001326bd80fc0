#include "mettle/scenario/user.hpp"

#include "mettle/scenario/user_behaviour.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace mettle {

namespace scenario {

load::WaitTime wait_or_throw(std::string_view text) {
    const auto wait = load::parse_wait_time(text);
    if (!wait) throw std::invalid_argument(wait.error().message);
    return *wait;
}

void add_transition(UserKind& kind, std::string_view from, std::string_view to, double weight) {
    const auto index = [&](std::string_view name) {
        const auto found = std::ranges::find(kind.tasks, name, &UserTask::name);
        if (found == kind.tasks.end())
            throw std::invalid_argument(fmt::format(
                "{}: a transition names the task '{}', which is not declared", kind.name, name));
        return static_cast<std::size_t>(found - kind.tasks.begin());
    };
    const std::size_t begin = index(from), end = index(to);
    kind.moves.resize(kind.tasks.size());
    for (auto& row : kind.moves) row.resize(kind.tasks.size());
    kind.moves[begin][end] += weight;
}

// "... [T = my::Shopper]" gives "Shopper".
std::string class_name(std::string_view pretty_function) {
    const auto begin = pretty_function.rfind("T = ");
    if (begin == std::string_view::npos) return "User";
    std::string_view name = pretty_function.substr(begin + 4);
    name = name.substr(0, name.find_first_of(";]"));
    const auto colon = name.rfind(':');
    return std::string(colon == std::string_view::npos ? name : name.substr(colon + 1));
}

}  // namespace scenario

std::string_view Answer::header(std::string_view name) const {
    return scenario::AnswerSeen{status_, head_, body_}.header(name);
}

std::optional<std::string> Answer::json(std::string_view pointer) const {
    const auto whole = nlohmann::json::parse(body_, nullptr, /*allow_exceptions=*/false);
    if (whole.is_discarded()) return {};
    try {
        const auto& value = whole.at(nlohmann::json::json_pointer(std::string(pointer)));
        return value.is_string() ? value.get<std::string>() : value.dump();
    } catch (const nlohmann::json::exception&) {
        return {};
    }
}

void Answer::fail(std::string_view why) const {
    if (judge_) judge_->judge(load::Outcome::validation, why);
}

void Answer::succeed() const {
    if (judge_) judge_->judge(load::Outcome::ok, {});
}

void PendingRequest::await_suspend(std::coroutine_handle<> waiting) {
    behaviour.await_request(*this, waiting);
}

const Answer& PendingRequest::await_resume() const {
    return behaviour.answer();
}

void PendingSleep::await_suspend(std::coroutine_handle<> waiting) {
    behaviour.await_sleep(length, waiting);
}

PendingRequest UserClient::request(std::string_view method, std::string_view target,
                                   RequestOptions options) {
    return {*user_.behaviour_,         method, target, std::move(options),
            PendingRequest::Use::http, 1,      false};
}
PendingRequest UserClient::open_socket(std::string_view target, RequestOptions options) {
    return {*user_.behaviour_,
            "WS",
            target,
            std::move(options),
            PendingRequest::Use::open_socket,
            0,
            false};
}
PendingRequest UserClient::say(std::string_view message, MessageOptions options) {
    RequestOptions request;
    request.name = options.name;
    request.body = message;
    request.timeout = options.timeout;
    return {
        *user_.behaviour_, "WS",          "message", std::move(request), PendingRequest::Use::say,
        options.messages,  options.binary};
}
PendingRequest UserClient::close_socket() {
    return {*user_.behaviour_, "WS", "close", {}, PendingRequest::Use::close_socket, 0, false};
}
PendingRequest UserClient::get(std::string_view target, RequestOptions options) {
    return request("GET", target, std::move(options));
}
PendingRequest UserClient::post(std::string_view target, RequestOptions options) {
    return request("POST", target, std::move(options));
}
PendingRequest UserClient::put(std::string_view target, RequestOptions options) {
    return request("PUT", target, std::move(options));
}
PendingRequest UserClient::patch(std::string_view target, RequestOptions options) {
    return request("PATCH", target, std::move(options));
}
PendingRequest UserClient::del(std::string_view target, RequestOptions options) {
    return request("DELETE", target, std::move(options));
}
PendingRequest UserClient::head(std::string_view target, RequestOptions options) {
    return request("HEAD", target, std::move(options));
}

http::HeaderList& UserClient::headers() {
    return user_.behaviour_->session().headers();
}
std::string_view UserClient::cookie(std::string_view name) const {
    return user_.behaviour_->session().cookies().value(name);
}
void UserClient::set_cookie(std::string name, std::string value) {
    user_.behaviour_->session().cookies().put(std::move(name), std::move(value));
}

Group::Group(scenario::UserBehaviour& behaviour, std::string_view name)
    : behaviour_(behaviour),
      task_(behaviour.crew().task(name, "GROUP", /*transaction=*/true)),
      began_ns_(behaviour.now_ns()),
      failures_before_(behaviour.failures()) {}

Group::~Group() {
    behaviour_.record_group(task_, began_ns_, failed_ || behaviour_.failures() > failures_before_);
}

User::User() = default;
User::~User() = default;

PendingSleep User::sleep(Duration length) {
    return {*behaviour_, length};
}
PendingSleep User::wait() {
    return {*behaviour_, behaviour_->draw_wait()};
}
Group User::group(std::string_view name) {
    return Group(*behaviour_, name);
}

void User::count(std::string_view metric, double amount) {
    using results::MetricKind;
    scenario::Crew& crew = behaviour_->crew();
    crew.recorder.record_metric(crew.metric(metric, MetricKind::counter, {}), MetricKind::counter,
                                amount, behaviour_->now_ns());
}
void User::rate(std::string_view metric, bool hit) {
    using results::MetricKind;
    scenario::Crew& crew = behaviour_->crew();
    crew.recorder.record_metric(crew.metric(metric, MetricKind::rate, {}), MetricKind::rate,
                                hit ? 1 : 0, behaviour_->now_ns());
}
void User::trend(std::string_view metric, double value, std::string_view unit) {
    using results::MetricKind;
    scenario::Crew& crew = behaviour_->crew();
    crew.recorder.record_metric(crew.metric(metric, MetricKind::trend, unit), MetricKind::trend,
                                value, behaviour_->now_ns());
}

std::uint64_t User::number() const {
    return behaviour_->number();
}
load::Random& User::random() {
    return behaviour_->random();
}

}  // namespace mettle
